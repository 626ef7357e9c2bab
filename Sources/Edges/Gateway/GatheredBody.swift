internal import AWSProtocol
internal import HTTP
internal import LinuxSystem
internal import Synchronization

/// The body of one request of a client, gathered for a service that reads it as a whole: in memory while it is short,
/// and on the disk from then on.
///
/// It arrives on a serving thread, which does not wait for the disk: what is written pauses the client.
final class GatheredBody: HTTPBodySink {
    private struct Arrival: ~Copyable, Sendable {
        /// What is not on the disk: at most what one write takes, once there is a file.
        var bytes: [UInt8] = []
        /// How much has arrived.
        var count = 0
        /// How much is reserved in memory and on the disk.
        var reserved = (memory: 0, disk: 0)
        var file: FileDescriptor?
        /// Why the disk did not take it.
        var failure: SystemCallError?
    }

    private enum Step {
        case more
        case write([UInt8])
        case refuse(HTTPResponse)
    }

    private let gateway: Gateway
    private let limitBytes: Int
    private let share: BodyBudget.Share
    private let arrival = Mutex(Arrival())

    /// What one write to the disk takes, in bytes.
    private static let writtenBytes = 256 << 10

    /// - Parameter share: whose body it is.
    init(limitBytes: Int, share: BodyBudget.Share, of gateway: Gateway) {
        self.limitBytes = limitBytes
        self.share = share
        self.gateway = gateway
    }

    deinit {
        let reserved = arrival.withLock { $0.reserved }
        gateway.bodies.releaseMemory(reserved.memory, of: share)
        gateway.bodies.releaseDisk(reserved.disk, of: share)
    }

    /// How long it is.
    var count: Int { arrival.withLock { $0.count } }

    /// Whether a part of it is on the disk, so that only a thread that may wait can read it.
    var isOnDisk: Bool { arrival.withLock { $0.file != nil || $0.failure != nil } }

    func didDisconnect() {}

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance {
        switch arrival.withLock({ take(bytes, into: &$0, of: exchange) }) {
        case .more: return .more
        case .refuse(let response): return .answer(response)
        case .write(let piece):
            let isAccepted = gateway.bodies.submit {
                self.write(piece)
                exchange.resumeBody()
            }
            return isAccepted ? .pause : .answer(gateway.busyResponse(to: exchange))
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, into arrival: inout Arrival, of exchange: HTTPExchange) -> Step {
        guard arrival.failure == nil else { return .refuse(gateway.diskResponse(to: exchange)) }
        arrival.count += bytes.count
        guard arrival.count <= limitBytes else { return .refuse(gateway.responseForLargeBody(exchange)) }
        arrival.bytes.append(contentsOf: bytes)
        let limit = arrival.file == nil ? BodySpool.memoryBytes : Self.writtenBytes
        if arrival.bytes.count <= limit {
            // Only what grows is counted: once there is a file, what a write takes is.
            let more = arrival.bytes.count - arrival.reserved.memory
            guard more > 0 else { return .more }
            if gateway.bodies.reserveMemory(more, for: share) {
                arrival.reserved.memory += more
                return .more
            }
        }
        guard gateway.bodies.reserveDisk(arrival.bytes.count, for: share) else {
            return .refuse(gateway.busyResponse(to: exchange))
        }
        arrival.reserved.disk += arrival.bytes.count
        let piece = arrival.bytes
        arrival.bytes = []
        return .write(piece)
    }

    /// Writes a piece behind the others. Nothing arrives meanwhile.
    private func write(_ piece: [UInt8]) {
        let memory = arrival.withLock { arrival in
            do throws(SystemCallError) {
                if arrival.file == nil { arrival.file = try gateway.bodies.makeFile() }
                try arrival.file?.write(all: piece)
            } catch {
                arrival.failure = error
            }
            let excess = max(0, arrival.reserved.memory - Self.writtenBytes)
            arrival.reserved.memory -= excess
            return excess
        }
        gateway.bodies.releaseMemory(memory, of: share)
    }

    /// Puts the complete body where the service reads it. Waits for the disk where it is there.
    ///
    /// - Returns: `false` where it cannot be read.
    func load(into exchange: HTTPExchange) -> Bool {
        let bytes: [UInt8]? = arrival.withLock { arrival in
            guard arrival.failure == nil else { return nil }
            let rest = arrival.bytes
            arrival.bytes = []
            guard let file = arrival.file.take() else { return rest }
            // A file that cannot be read: the caller is told.
            guard let written = try? file.bytes(count: arrival.count - rest.count, at: 0),
                written.count + rest.count == arrival.count
            else { return nil }
            return written + rest
        }
        guard let bytes else { return false }
        exchange.replaceBody(with: bytes)
        return true
    }
}
