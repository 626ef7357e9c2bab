import CPlanProbe
import CSandbox
import Glibc
import LinuxSystem

@testable import Sandbox

/// Reports on the control socket, which a program inside may have taken: pid 1's C sends them, the server's Swift
/// receives and judges them.
extension FuzzTarget {
    /// Messages, each as a number of descriptors and a report, or any bytes.
    static let reports = FuzzTarget("reports") { input in
        var cursor = InputCursor(input)
        let pair = try MessagePair()
        let control = SandboxControl(socket: pair.parentEnd.rawValue)
        let null = try FileDescriptor.null()
        var state = NamespaceSandboxState(firstProcess: getpid(), sidecarCount: cursor.count(upTo: 16))
        state.commandWasOrdered()
        state.connectionWasOrdered(ticket: 1)
        for _ in 0..<16 where !cursor.isAtEnd {
            let descriptors = [Int32](repeating: null.rawValue, count: cursor.count(upTo: 16))
            guard cursor.flag() else {
                let bytes = cursor.bytes()
                guard MessageSocket.send(bytes, to: pair.childEnd.rawValue) else { continue }
                try checkNonsense(control.next(), bytes)
                continue
            }
            let sent = cursor.report()
            let isSent = withUnsafeBytes(of: sent) {
                report_probe(pair.childEnd.rawValue, $0.baseAddress, descriptors, descriptors.count) == 0
            }
            try expect(isSent, "a report with \(descriptors.count) descriptors is not sent")
            try checkArrival(control.next(), of: sent, descriptors.count, &state)
        }
        state.didEnd(killedByMemoryLimit: false)
        try expect(state.exit != nil, "a sandbox has ended without an end")
    }

    /// Bytes that are as long as a report are one, and others are none; an empty message is the end.
    private static func checkNonsense(_ arrival: SandboxControl.Arrival, _ bytes: [UInt8]) throws(FuzzFinding) {
        switch arrival {
        case .report: try expect(bytes.count == MemoryLayout<strata_report>.size, "\(bytes.count) bytes are a report")
        case .nonsense(let descriptors): try expect(descriptors.isEmpty, "descriptors came from nowhere")
        case .nothing: try expect(bytes.isEmpty, "\(bytes.count) bytes have not arrived")
        }
    }

    private static func checkArrival(
        _ arrival: SandboxControl.Arrival, of sent: strata_report, _ count: Int, _ state: inout NamespaceSandboxState
    ) throws(FuzzFinding) {
        switch arrival {
        case .nothing: throw FuzzFinding("a report has not arrived")
        case .nonsense(let descriptors):
            for descriptor in descriptors { close(descriptor) }
            try expect(descriptors.count == count, "\(count) descriptors arrived as \(descriptors.count)")
        case .report(let report, let sender):
            for descriptor in report.descriptors { close(descriptor) }
            try expect(sender == getpid(), "the sender is \(sender)")
            try expect(report.descriptors.count == count, "\(count) descriptors arrived as \(report.descriptors.count)")
            try expect(report.agrees(with: sent), "\(sent) was read as \(report)")
            _ = state.accepts(report, from: sender)
        }
    }
}

extension SandboxReport {
    /// Whether it says what was sent. Null devices are neither processes nor connections.
    fileprivate func agrees(with sent: strata_report) -> Bool {
        switch self {
        case .created, .connected(_, .some): false
        case .started: sent.kind == STRATA_REPORT_STARTED.rawValue
        case .failed(let error): sent.kind == STRATA_REPORT_FAILED.rawValue && error.errno == sent.error
        case .exited(let program, let status):
            sent.kind == STRATA_REPORT_EXITED.rawValue && program == Int(sent.stage) && status == sent.value
        case .notExecutable(let program, let errno):
            sent.kind == STRATA_REPORT_EXEC_FAILED.rawValue && program == Int(sent.stage) && errno == sent.error
        case .refused(let call):
            sent.kind == STRATA_REPORT_REFUSED.rawValue && call.number == sent.value && call.second == sent.stage
        case .connected(let ticket, .none):
            sent.kind == STRATA_REPORT_CONNECTED.rawValue && ticket == sent.value
        }
    }
}

extension InputCursor {
    fileprivate mutating func report() -> strata_report {
        var report = strata_report()
        report.kind = UInt32(byte())
        report.stage = flag() ? UInt32(byte()) : number()
        report.error = flag() ? Int32(byte()) : number()
        report.value = flag() ? Int32(byte()) : number()
        let detail = bytes()
        withUnsafeMutableBytes(of: &report.detail) { $0.copyBytes(from: detail.prefix($0.count)) }
        return report
    }
}
