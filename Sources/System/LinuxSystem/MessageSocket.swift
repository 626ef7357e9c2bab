internal import CLinux
internal import Glibc

/// A pair of connected sockets that carry whole messages, with descriptors; see unix(7), SOCK_SEQPACKET.
package struct MessagePair: ~Copyable {
    /// Our end.
    package let parentEnd: FileDescriptor
    /// The end for a child.
    package let childEnd: FileDescriptor

    /// Makes a pair; both ends are close-on-exec.
    package init() throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        guard clinux_message_pair(&ends) == 0 else { throw SystemCallError("socketpair") }
        parentEnd = FileDescriptor(owning: ends[0])
        childEnd = FileDescriptor(owning: ends[1])
    }

    /// Gives our end away and closes the other one, which a child has by now.
    package consuming func takeParentEnd() -> Int32 {
        parentEnd.release()
    }
}

/// Receiving on a message socket.
package enum MessageSocket {
    /// What one call to `receive` brought.
    package enum Received: Sendable {
        /// A message and the descriptors that came with it, which are the caller's to close.
        case message([UInt8], descriptors: [Int32])
        /// The other side is gone.
        case end
        /// Nothing has arrived yet.
        case nothing
    }

    /// Takes one message of at most `limitBytes`; never blocks.
    package static func receive(_ socket: Int32, limitBytes: Int) throws(SystemCallError) -> Received {
        var bytes = [UInt8](repeating: 0, count: limitBytes)
        var descriptors = [Int32](repeating: -1, count: descriptorLimit)
        var count = 0
        let length = clinux_receive(
            socket, &bytes, limitBytes, Int32(MSG_DONTWAIT), &descriptors, descriptorLimit, &count)
        if length < 0 {
            switch errno {
            case EAGAIN: return .nothing
            case ECONNRESET: return .end
            default: throw SystemCallError("recvmsg")
            }
        }
        return length == 0 ? .end : .message(Array(bytes[..<length]), descriptors: Array(descriptors[..<count]))
    }

    /// Sends one message without descriptors; never blocks. False when it could not be sent: the other side is gone,
    /// or has not read what was sent before.
    package static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        Glibc.send(socket, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// The most descriptors one message may carry; more are closed on arrival.
    private static let descriptorLimit = 32
}
