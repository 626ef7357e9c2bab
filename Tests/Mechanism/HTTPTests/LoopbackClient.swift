import Glibc

/// A blocking HTTP/1.1 client for one keep-alive connection, minimal so that a test sees the raw bytes.
final class LoopbackClient {
    struct Answer {
        var status: Int
        var head: String
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Owns a connected socket.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Sends nothing more: the server reads the end.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closing will reset the connection (socket(7), `SO_LINGER`).
    func resetsWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func post(_ path: String, _ body: [UInt8], headers: String = "") {
        send(Array("POST \(path) HTTP/1.1\r\nHost: x\r\n\(headers)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    func get(_ path: String) {
        send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    /// Reads some bytes, and drops them.
    func receiveBytes() -> Int {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        return recv(descriptor, &chunk, chunk.count, 0)
    }

    /// Reads one response; `nil` when the connection ends first.
    func receive() -> Answer? {
        while true {
            if let answer = parse() { return answer }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer.append(contentsOf: chunk.prefix(count))
        }
    }

    /// Reads raw bytes until they are enough or the connection ends.
    func receiveRaw(until isEnough: (String) -> Bool) -> String {
        var text = ""
        while !isEnough(text) {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            text += String(decoding: chunk.prefix(count), as: UTF8.self)
        }
        return text
    }

    private func parse() -> Answer? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard let end = buffer.indices.first(where: { buffer[$0...].starts(with: mark) }) else { return nil }
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }?
            .split(separator: ":").last.flatMap { Int($0.drop { $0 == " " }) } ?? 0
        guard buffer.count >= end + 4 + length else { return nil }
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let answer = Answer(status: status, head: head, body: Array(buffer[(end + 4)..<(end + 4 + length)]))
        buffer.removeFirst(end + 4 + length)
        return answer
    }
}
