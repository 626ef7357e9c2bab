internal import CLinux
internal import Glibc

/// Descriptors that another process sent: used only as what they are announced as, and never to wait.
package enum ReceivedDescriptor {
    /// What a descriptor is announced as.
    package enum Kind: Sendable {
        /// A TCP socket that listens on an IPv4 address.
        case listener
        /// A TCP socket over IPv4 that is connected, or is being connected.
        case connection
        /// The end of a pipe from which one reads.
        case pipeReader
        /// A pidfd.
        case process
    }

    /// Makes a descriptor ready for an event loop: non-blocking and, a socket, without a lingering close (socket(7),
    /// SO_LINGER waits in close(2) of non-blocking sockets too). False, with the descriptor still the caller's to
    /// close, when it is not of this kind.
    package static func prepare(_ descriptor: Int32, as kind: Kind) -> Bool {
        switch kind {
        case .process: ProcessDescriptor.signal(descriptor, 0)
        case .pipeReader: isPipeReader(descriptor) && setNonBlocking(descriptor)
        case .listener: isTCP(descriptor, listens: true) && setNonBlocking(descriptor) && endLinger(descriptor)
        case .connection: isTCP(descriptor, listens: false) && setNonBlocking(descriptor) && endLinger(descriptor)
        }
    }

    private static func isPipeReader(_ descriptor: Int32) -> Bool {
        type(of: descriptor) == S_IFIFO && fcntl(descriptor, F_GETFL) & O_ACCMODE == O_RDONLY
    }

    private static func isTCP(_ descriptor: Int32, listens: Bool) -> Bool {
        type(of: descriptor) == S_IFSOCK && option(descriptor, SO_DOMAIN) == AF_INET
            && option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue)
            && option(descriptor, SO_PROTOCOL) == Int32(IPPROTO_TCP)
            && option(descriptor, SO_ACCEPTCONN) == (listens ? 1 : 0)
    }

    private static func type(of descriptor: Int32) -> mode_t {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    private static func setNonBlocking(_ descriptor: Int32) -> Bool {
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0
    }

    private static func endLinger(_ descriptor: Int32) -> Bool {
        var off = linger(l_onoff: 0, l_linger: 0)
        return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &off, socklen_t(MemoryLayout<linger>.size)) == 0
    }
}
