import CSandbox
import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

/// What a program could do with the control socket, had it taken it: end its own environment.
@Suite struct ForgedReportTests {
    @Test func `a report of another process than pid 1 ends the sandbox, and no other`() throws {
        let fixture = try SandboxFixture(.ordinaryUser)
        let other = try FakePeer(fixture, isFirstProcess: true)
        let taken = try FakePeer(fixture, isFirstProcess: false)
        #expect(taken.send(STRATA_REPORT_EXITED))
        #expect(taken.sandbox.takeEvents() == [.forged])
        #expect(taken.sandbox.takeEvents().isEmpty)
        #expect(taken.hasEnded())
        #expect(taken.sandbox.reap() == .lost)
        #expect(!taken.sandbox.freeze())

        #expect(other.sandbox.takeEvents() == [])
        #expect(!Readiness.await(other.real.processDescriptor, limitMilliseconds: 0))
        #expect(other.send(STRATA_REPORT_EXITED, value: 3 << 8))
        #expect(other.sandbox.takeEvents() == [.exited(0, .exited(code: 3))])
    }

    @Test(arguments: Misfit.allCases)
    func `a report that does not fit what pid 1 was asked ends the sandbox`(misfit: Misfit) throws {
        let fixture = try SandboxFixture(.ordinaryUser)
        let peer = try FakePeer(fixture, isFirstProcess: true, sidecarCount: 1)
        #expect(peer.send(STRATA_REPORT_EXITED, program: 1))
        #expect(try misfit.send(peer))
        #expect(peer.send(STRATA_REPORT_EXITED, program: 0))  // what follows is not read
        #expect(peer.sandbox.takeEvents() == [.exited(1, .exited(code: 0)), .forged])
        #expect(peer.hasEnded())
        #expect(peer.sandbox.reap() == .lost)
    }

    enum Misfit: CaseIterable {
        case created, started, failed, exitedTwice, notRunning, noSuchProgram, noExecution, noTicket, nonsense, empty,
            withDescriptor, unknownKind

        func send(_ peer: FakePeer) throws -> Bool {
            let null = try FileDescriptor.null()
            return switch self {
            case .created: peer.send(STRATA_REPORT_CREATED, value: 1, descriptors: [peer.real.processDescriptor])
            case .started: peer.send(STRATA_REPORT_STARTED)
            case .failed: peer.send(STRATA_REPORT_FAILED)
            case .exitedTwice: peer.send(STRATA_REPORT_EXITED, program: 1)
            case .notRunning: peer.send(STRATA_REPORT_EXITED, program: 0)
            case .noSuchProgram: peer.send(STRATA_REPORT_EXITED, program: 0xFFFF_FFFF)
            case .noExecution: peer.send(STRATA_REPORT_EXEC_FAILED, program: 2)
            case .noTicket: peer.send(STRATA_REPORT_CONNECTED, value: 1)
            case .nonsense: peer.send([1, 2, 3])
            case .empty: peer.send([], descriptors: [null.rawValue])
            case .withDescriptor: peer.send(STRATA_REPORT_EXITED, descriptors: [null.rawValue])
            case .unknownKind: peer.send(strata_report_kind(99))
            }
        }
    }

    @Test func `a connection is taken once for its ticket, and cannot make the server wait`() throws {
        let fixture = try SandboxFixture(.ordinaryUser)
        let peer = try FakePeer(fixture, isFirstProcess: true)
        let connection = FileDescriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var lingering = linger(l_onoff: 1, l_linger: 60)
        let length = socklen_t(MemoryLayout<linger>.size)
        #expect(setsockopt(connection.rawValue, SOL_SOCKET, SO_LINGER, &lingering, length) == 0)

        #expect(peer.sandbox.connect(port: 4243, ticket: 7))
        #expect(peer.send(STRATA_REPORT_CONNECTED, value: 7, descriptors: [connection.rawValue]))
        guard case .connected(ticket: 7, let number?)? = peer.sandbox.takeEvents().first else {
            Issue.record("no connection")
            return
        }
        let received = FileDescriptor(owning: number)
        #expect(fcntl(received.rawValue, F_GETFL) & O_NONBLOCK != 0)
        var size = length
        #expect(getsockopt(received.rawValue, SOL_SOCKET, SO_LINGER, &lingering, &size) == 0)
        #expect(lingering.l_onoff == 0)

        #expect(peer.send(STRATA_REPORT_CONNECTED, value: 7, descriptors: [connection.rawValue]))
        #expect(peer.sandbox.takeEvents() == [.forged])
    }

    @Test(arguments: Impostor.allCases)
    func `what is no TCP connection is not taken as one`(impostor: Impostor) throws {
        let fixture = try SandboxFixture(.ordinaryUser)
        let peer = try FakePeer(fixture, isFirstProcess: true)
        let descriptor = try impostor.descriptor()
        #expect(peer.sandbox.connect(port: 4243, ticket: 7))
        #expect(peer.send(STRATA_REPORT_CONNECTED, value: 7, descriptors: [descriptor.rawValue]))
        #expect(peer.sandbox.takeEvents() == [.forged])
        #expect(peer.hasEnded())
    }

    enum Impostor: CaseIterable {
        case file, pipe, localSocket, datagrams, listener, otherFamily

        func descriptor() throws -> FileDescriptor {
            switch self {
            case .file: return try FileDescriptor.null()
            case .pipe: return FileDescriptor(owning: try ProcessPipe().takeReadEnd())
            case .localSocket: return FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
            case .datagrams: return FileDescriptor(owning: socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
            case .otherFamily: return FileDescriptor(owning: socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0))
            case .listener:
                let listener = FileDescriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
                guard listen(listener.rawValue, 1) == 0 else { throw POSIXFailure(call: "listen", errno: errno) }
                return listener
            }
        }
    }

    /// Closing a foreign socket can wait for its peer, so the event loop leaves that to `close()`.
    @Test func `the descriptors of a forged message are closed with the sandbox`() throws {
        let fixture = try SandboxFixture(.ordinaryUser)
        let peer = try FakePeer(fixture, isFirstProcess: true)
        let pipe = try ProcessPipe()
        let reader = FileDescriptor(owning: fcntl(pipe.readEnd.rawValue, F_DUPFD_CLOEXEC, 3))
        #expect(peer.send([1], descriptors: [Int32](repeating: pipe.writeEnd.rawValue, count: 253)))
        _ = pipe.takeReadEnd()
        #expect(peer.sandbox.takeEvents() == [.forged])
        #expect(!Readiness.await(reader.rawValue, limitMilliseconds: 0))
        peer.sandbox.close()
        #expect(Readiness.await(reader.rawValue, limitMilliseconds: 10_000))  // a child of another test may have it
    }

    @Test func `a flood of reports does not keep the event loop`() throws {
        let fixture = try SandboxFixture(.ordinaryUser)
        let peer = try FakePeer(fixture, isFirstProcess: true)
        for ticket in 1...100 {
            #expect(peer.sandbox.connect(port: 1, ticket: Int32(ticket)))
            #expect(peer.send(STRATA_REPORT_CONNECTED, value: Int32(ticket)))
        }
        #expect(peer.sandbox.takeEvents().count == 64)
        #expect(peer.sandbox.takeEvents().count == 36)
    }

    @Test func `strata-init has no fixed address`() throws {
        let program = FileDescriptor(owning: open(try SandboxFixture.builtInit(), O_RDONLY | O_CLOEXEC))
        var type: UInt16 = 0
        #expect(pread(program.rawValue, &type, 2, 16) == 2)
        #expect(type == 3)  // e_type: ET_DYN (elf(5))
    }
}
