/// What a reader has done with the bytes that it was given.
enum ReadingStep {
    /// It needs more of them; those before this position are used up.
    case needsMore(used: Int)
    /// It reads on at this position.
    case continues(at: Int)
    /// It is done.
    case ends
}

/// Gives bytes to a reader as a connection does: in pieces of these lengths, with what it has not used in front.
///
/// - Parameter read: reads from a position in what has arrived.
/// - Returns: whether the reader was done before the bytes were over.
func deliver(
    _ wire: [UInt8], cuts: () -> Int, read: (_ arrived: [UInt8], _ start: Int) throws -> ReadingStep
) rethrows -> Bool {
    var (pending, position): ([UInt8], Int) = ([], 0)
    while position < wire.count {
        let end = min(wire.count, position + cuts())
        pending += wire[position..<end]
        position = end
        var used = 0
        reading: while true {
            switch try read(pending, used) {
            case .needsMore(let count):
                used = count
                break reading
            case .continues(let next): used = next
            case .ends: return true
            }
        }
        pending.removeFirst(used)
    }
    return false
}
