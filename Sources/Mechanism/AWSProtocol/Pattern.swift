internal import CPCRE2
internal import Synchronization

/// A regular expression that must match a whole text, as in Java's `String.matches`, which AWS's models assume.
///
/// Compiled once, on first use; safe on any thread. Matching is bounded in steps and memory: a text that exceeds a
/// bound does not match, so no input can stall the server (pcre2api(3), "match limit").
public final class Pattern: Sendable {
    /// The expression as the model writes it.
    public let source: String

    /// The most steps of one match: many times what the longest real ARN needs, and less than 0.1 s of work.
    static let stepLimit: UInt32 = 250_000
    /// The longest text in bytes that can match, because one step may scan all of it. Lambda's longest text with a
    /// pattern has 20 480 characters.
    static let textLimitBytes = 128 * 1024
    /// The most memory that one match may use for backtracking, in KiB.
    static let memoryLimitKibibytes: UInt32 = 8 * 1024

    /// A compiled expression. PCRE2 only reads it while matching, so threads share it without the lock.
    private struct Compiled: @unchecked Sendable {
        var code: OpaquePointer?
        var context: OpaquePointer?
        var isDone = false
    }

    private let compiled = Mutex(Compiled())

    /// Stores the expression without compiling it.
    public init(_ source: String) {
        self.source = source
    }

    deinit {
        let compiled = compiled.withLock { $0 }
        pcre2_code_free_8(compiled.code)
        pcre2_match_context_free_8(compiled.context)
    }

    /// Whether the expression compiles; a model with one that does not is broken.
    public var isUsable: Bool { ready().code != nil }

    /// Whether the whole of `text` matches. An expression that does not compile matches nothing.
    public func matches(_ text: String) -> Bool {
        let compiled = ready()
        guard text.utf8.count <= Self.textLimitBytes, let code = compiled.code,
            let match = pcre2_match_data_create_8(1, nil)
        else { return false }
        defer { pcre2_match_data_free_8(match) }
        var text = text
        return text.withUTF8 { subject in
            // A Swift string is always valid UTF-8, so PCRE2 need not check. An empty one has no address.
            let options = UInt32(PCRE2_NO_UTF_CHECK)
            guard let start = subject.baseAddress else {
                return pcre2_match_8(code, [0], 0, 0, options, match, compiled.context) >= 0
            }
            // 0 is a match with more groups than the match data holds; groups are not used.
            return pcre2_match_8(code, start, subject.count, 0, options, match, compiled.context) >= 0
        }
    }

    /// Compiles the expression on first use.
    private func ready() -> Compiled {
        compiled.withLock { state in
            if !state.isDone { state = Self.compile(source) }
            return state
        }
    }

    private static func compile(_ source: String) -> Compiled {
        var error: Int32 = 0
        var offset = 0
        // Java's `.` excludes every line terminator, not only "\n".
        let newlines = pcre2_compile_context_create_8(nil)
        defer { pcre2_compile_context_free_8(newlines) }
        pcre2_set_newline_8(newlines, UInt32(PCRE2_NEWLINE_ANY))
        // PCRE2_ALT_BSUX: Java's `\u0020` is a character by its code, as in JavaScript.
        let options =
            UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_ENDANCHORED) | UInt32(PCRE2_UTF) | UInt32(PCRE2_ALT_BSUX)
        let text = Array(source.utf8)
        let code = pcre2_compile_8(text, text.count, options, &error, &offset, newlines)
        let context = pcre2_match_context_create_8(nil)
        pcre2_set_match_limit_8(context, stepLimit)
        pcre2_set_heap_limit_8(context, memoryLimitKibibytes)
        return Compiled(code: code, context: context, isDone: true)
    }
}
