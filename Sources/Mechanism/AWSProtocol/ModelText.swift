/// The text of a service model, as `script/generate-aws-model` writes it: a line for each thing that the model has.
///
/// ```
/// service name=sqs version=2012-11-05 protocols=json,query target=AmazonSQS
/// operation DeleteQueue method=POST uri=/ input=DeleteQueueRequest errors=QueueDoesNotExist
/// structure DeleteQueueRequest
///  QueueUrl String required
/// string String
/// ```
///
/// A line is a kind, a name and further fields, with single spaces between. A structure's members follow it, each in
/// a line that begins with a space. Within a field, spaces, commas, `%`, `#` and line ends are percent-encoded.
struct ModelText: Sendable {
    /// One line: what it describes, and its fields.
    struct Line {
        /// What kind of thing this is; for a member, its name.
        let kind: String
        /// Its name; for a member, the name of its shape.
        let name: String
        private let fields: [Substring]

        fileprivate init(_ text: Substring) {
            let parts = text.split(separator: " ")
            kind = parts.first.map(String.init) ?? ""
            name = parts.count > 1 ? String(parts[1]) : ""
            fields = Array(parts.dropFirst(2))
        }

        /// The fields after the name that have no value, such as `required`.
        func has(_ flag: String) -> Bool { fields.contains { $0 == flag } }

        /// The value of the field `key=value`, decoded; `nil` when it is absent.
        func value(_ key: String) -> String? { encoded(key).map(Self.decoded) }

        /// The values of a field that are separated by commas; none when it is absent.
        func values(_ key: String) -> [String] {
            encoded(key)?.split(separator: ",", omittingEmptySubsequences: false).map(Self.decoded) ?? []
        }

        /// The fields without a value, in order: the elements of a line that is a list.
        var words: [String] { fields.map(String.init) }

        private func encoded(_ key: String) -> Substring? {
            fields.first { $0.hasPrefix(key) && $0.dropFirst(key.count).hasPrefix("=") }?.dropFirst(key.count + 1)
        }

        private static func decoded(_ text: Substring) -> String { PercentEncoding.decode(text) ?? String(text) }
    }

    /// The place of one thing in the text: of its line, and those of its members.
    struct Entry {
        let kind: String
        let name: String
        let range: Range<Int>
    }

    private enum Bytes: Sendable {
        case literal(StaticString)
        case array([UInt8])
    }

    private let bytes: Bytes

    /// A text that is part of the program: nothing is copied.
    init(_ literal: StaticString) {
        bytes = .literal(literal)
    }

    /// A text that was read from a file.
    init(_ text: String) {
        bytes = .array(Array(text.utf8))
    }

    /// The first line, which describes the service.
    var head: Line {
        withBytes { bytes in lines(in: 0..<(bytes.firstIndex(of: Self.lineEnd) ?? bytes.count)).first ?? Line("") }
    }

    /// Everything that the text describes, in its order. Reads all of it.
    func entries() -> [Entry] {
        withBytes { bytes in
            var entries: [Entry] = []
            var start = 0
            while start < bytes.count {
                var end = start
                repeat {
                    end = (bytes[end...].firstIndex(of: Self.lineEnd) ?? bytes.count - 1) + 1
                } while end < bytes.count && bytes[end] == Self.space
                let names = bytes[start..<end].prefix { $0 != Self.lineEnd }.split(separator: Self.space, maxSplits: 2)
                if names.count > 1 {
                    entries.append(
                        Entry(
                            kind: String(decoding: names[0], as: UTF8.self),
                            name: String(decoding: names[1], as: UTF8.self), range: start..<end))
                }
                start = end
            }
            return entries
        }
    }

    /// The lines of one thing: its own, then those of its members.
    func lines(of entry: Entry) -> [Line] { lines(in: entry.range) }

    private func lines(in range: Range<Int>) -> [Line] {
        let text = withBytes { String(decoding: $0[range], as: UTF8.self) }
        return text.split(separator: "\n").map(Line.init)
    }

    private func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        switch bytes {
        case .literal(let literal): literal.withUTF8Buffer(body)
        case .array(let array): array.withUnsafeBufferPointer(body)
        }
    }

    private static let lineEnd = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
}
