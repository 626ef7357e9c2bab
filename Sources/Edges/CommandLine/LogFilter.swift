/// Which lines of a log `strata logs` prints. A pure value, which is asked for all lines in their order.
struct LogFilter: Sendable {
    /// Text that printed lines have; `nil` for any.
    let text: String?
    /// The invocation whose lines are printed; `nil` for all.
    let requestID: String?
    /// The streams in which that invocation runs.
    private var streams: Set<String> = []

    /// Makes a filter.
    init(text: String?, requestID: String?) { (self.text, self.requestID) = (text, requestID) }

    /// Whether a line is printed. An invocation's lines are those of its stream from its start to its report, and all
    /// that have its id: an environment runs one at a time.
    mutating func takes(_ message: String, stream: String) -> Bool {
        let isOfInvocation = requestID.map { isOf($0, message, stream) } ?? true
        return isOfInvocation && text.map { message.contains($0) } ?? true
    }

    private mutating func isOf(_ requestID: String, _ message: String, _ stream: String) -> Bool {
        let hasID = message.contains(requestID)
        if hasID, Self.isPlatformLine("START", "platform.start", message) { streams.insert(stream) }
        if hasID, Self.isPlatformLine("REPORT", "platform.report", message) {
            streams.remove(stream)
            return true
        }
        return hasID || streams.contains(stream)
    }

    /// Whether a line is the platform's, in the text format or in JSON.
    private static func isPlatformLine(_ word: String, _ type: String, _ message: String) -> Bool {
        message.hasPrefix("\(word) RequestId: ") || message.hasPrefix("{") && message.contains("\"type\":\"\(type)\"")
    }
}
