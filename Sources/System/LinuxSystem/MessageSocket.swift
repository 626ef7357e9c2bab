internal import CLinux
internal import Glibc

/// A pair of connected sockets that carry whole messages and descriptors (unix(7), SOCK_SEQPACKET).
package struct MessagePair: ~Copyable {
    /// The end of this process.
    package let parentEnd: FileDescriptor
    /// The end for a child process.
    package let childEnd: FileDescriptor

    /// Creates a pair (socketpair(2)); both ends are close-on-exec. What arrives here names its sender (SO_PASSCRED).
    package init() throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        guard clinux_message_pair(&ends) == 0 else { throw SystemCallError("socketpair") }
        guard clinux_pass_credentials(ends[0]) == 0 else {
            let failure = SystemCallError("setsockopt SO_PASSCRED")
            ends.forEach { _ = Glibc.close($0) }
            throw failure
        }
        parentEnd = FileDescriptor(owning: ends[0])
        childEnd = FileDescriptor(owning: ends[1])
    }

    /// Returns this process's end, for the caller to close, and closes the other, which the child has inherited.
    package consuming func takeParentEnd() -> Int32 {
        parentEnd.release()
    }
}

/// Sends and receives on one end of a ``MessagePair``.
package enum MessageSocket {
    /// The result of `receive`.
    package enum Received: Sendable {
        /// A message, the descriptors that it carried, for the caller to close, and the process that sent it.
        case message([UInt8], descriptors: [Int32], sender: Int32)
        /// The peer has closed its end.
        case end
        /// No message is pending.
        case nothing
    }

    /// Receives one message of at most `limitBytes`; never blocks.
    package static func receive(_ socket: Int32, limitBytes: Int) throws(SystemCallError) -> Received {
        var bytes = [UInt8](repeating: 0, count: limitBytes)
        var descriptors = [Int32](repeating: -1, count: Int(CLINUX_DESCRIPTORS_MAX))
        var (count, sender) = (0, Int32(0))
        let length = clinux_receive(
            socket, &bytes, limitBytes, Int32(MSG_DONTWAIT), &descriptors, &count, &sender)
        if length < 0 {
            switch errno {
            case EAGAIN: return .nothing
            case ECONNRESET: return .end
            default: throw SystemCallError("recvmsg")
            }
        }
        // A message of no bytes is no end of the peer where it has descriptors, which are the caller's to close.
        if length == 0, count == 0 { return .end }
        return .message(Array(bytes[..<length]), descriptors: Array(descriptors[..<count]), sender: sender)
    }

    /// Sends one message without descriptors; never blocks. False when it could not be sent: the peer has closed its
    /// end, or the socket's buffer is full.
    package static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        Glibc.send(socket, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == bytes.count
    }
}
