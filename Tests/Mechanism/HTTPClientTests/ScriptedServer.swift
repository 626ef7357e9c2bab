import Glibc
import LinuxSystem
import Synchronization

/// A server that sends a test's bytes, whatever the request.
final class ScriptedServer: Sendable {
    /// Serves one connection after its request was read.
    typealias Script = @Sendable (_ connection: Int32, _ request: String) -> Void

    let port: UInt16
    private let listener: Int32
    private let script: Script
    private let thread = Mutex<SystemThread?>(nil)
    /// The requests, in order.
    let requests = Mutex<[String]>([])
    private let accepted = Atomic(0)

    /// The number of accepted connections.
    var connectionCount: Int { accepted.load(ordering: .relaxed) }

    init(_ script: @escaping Script) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound, listen(listener, 64) == 0 else { throw SystemCallError("listen") }
        port = UInt16(bigEndian: address.sin_port)
        self.script = script
        let thread = try SystemThread(name: "scripted") { [self] in serve() }
        self.thread.withLock { $0 = thread }
    }

    /// A server that sends the same bytes to every client and closes the connection.
    convenience init(answer: String) throws {
        try self.init { connection, _ in ScriptedServer.send(answer, to: connection) }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Stops listening; connections end when their script does.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        thread.withLock { thread in thread.take()?.join() }
        close(listener)
    }

    /// `false` when the peer has closed the connection.
    @discardableResult
    static func send(_ text: String, to connection: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            accepted.add(1, ordering: .relaxed)
            while let request = Self.request(of: connection) {
                requests.withLock { $0.append(request) }
                script(connection, request)
                if !request.contains("X-Keep") { break }
            }
            close(connection)
        }
    }

    /// Reads a request that has no body, or one that ends with `!`.
    private static func request(of connection: Int32) -> String? {
        var text = ""
        while !text.hasSuffix("\r\n\r\n"), !text.hasSuffix("!") {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return text
    }
}
