/// The text of `~/.aws/config` or `~/.aws/credentials`: sections of keys with values.
///
/// A key whose lines below it are indented has members of its own, such as the endpoint of one service. Lines that are
/// neither a section nor a key are passed over, as AWS's own clients do with keys that they do not know.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.
struct ConfigurationText {
    /// A section's values by their keys: `region`, and `lambda.endpoint_url` for a member of `lambda`.
    typealias Section = [String: String]

    /// The sections by their names as they are in brackets, without repeated spaces: `profile work`.
    private(set) var sections: [String: Section] = [:]

    init(_ text: String) {
        var section: String?
        var parent: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.trimmed
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if content.hasPrefix("["), let end = content.lastIndex(of: "]") {
                let words = content[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
                section = words.joined(separator: " ")
                parent = nil
                sections[section ?? "", default: [:]].merge([:]) { first, _ in first }
                continue
            }
            guard let section, let equals = content.firstIndex(of: "=") else { continue }
            let key = content[..<equals].trimmed
            let value = String(content[content.index(after: equals)...].trimmed)
            if line.first?.isWhitespace == true, let parent {
                sections[section]?["\(parent).\(key)"] = value
            } else {
                sections[section]?[String(key)] = value
                parent = value.isEmpty ? key : nil
            }
        }
    }
}

extension Substring {
    /// The text without white space at either end.
    fileprivate var trimmed: Substring {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[start...end]
    }
}
