import Glibc

/// Two services of the host that a function must not reach: a TCP port on the loopback interface and an abstract
/// socket.
final class HostServices {
    let port: UInt16
    let abstractName: String
    private let sockets: [Int32]

    init() throws {
        abstractName = "strata-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let internet = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let local = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        sockets = [internet, local]
        port = try Self.bindLoopback(internet)
        try Self.bindAbstract(local, abstractName)
        guard listen(internet, 16) == 0, listen(local, 16) == 0 else {
            throw POSIXFailure(call: "listen", errno: errno)
        }
    }

    deinit {
        sockets.forEach { close($0) }
    }

    private static func bindLoopback(_ socket: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) | getsockname(socket, $0, &length)
            }
        }
        guard result == 0 else { throw POSIXFailure(call: "bind", errno: errno) }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func bindAbstract(_ socket: Int32, _ name: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0[1...].copyBytes(from: name.utf8) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
        }
        guard result == 0 else { throw POSIXFailure(call: "bind", errno: errno) }
    }
}
