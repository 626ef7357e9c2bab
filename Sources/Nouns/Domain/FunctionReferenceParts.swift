/// The text of a function reference, taken apart from left to right.
///
/// Short forms are ambiguous (`function:1` is the function `1`, not version 1 of `function`); the prefixes win, as in
/// the API's own greedy pattern.
struct FunctionReferenceParts {
    private(set) var account: AccountID?
    private(set) var region: Region?
    private(set) var name: Substring
    private(set) var qualifier: Substring?

    /// Splits a reference; `nil` when the number or order of its parts fits no form. The name is not checked yet.
    init?(_ text: String) {
        if text.hasPrefix("arn:") {
            guard let arn = LambdaARN(text), arn.resource.first == "function" else { return nil }
            // `arn:…:function` names the function `function`: the word is a prefix only while a name follows it.
            self.init(nameAndQualifier: arn.resource.count > 1 ? arn.resource[1...] : arn.resource[...])
            account = arn.account
            region = arn.region
        } else if !text.utf8.contains(UInt8(ascii: ":")) {
            self.init(nameAndQualifier: [text[...]])
        } else {
            self.init(short: text.split(separator: ":", omittingEmptySubsequences: false)[...])
        }
    }

    private init?(short parts: ArraySlice<Substring>) {
        var parts = parts
        var region: Region?
        var account: AccountID?
        // Each prefix counts as one only while a name still follows it.
        if parts.count > 1, let first = parts.first.flatMap({ Region($0) }), first.looksLikeAWS {
            region = first
            parts.removeFirst()
        }
        if parts.count > 1, let first = parts.first.flatMap({ AccountID($0) }) {
            account = first
            parts.removeFirst()
        }
        if parts.count > 1, parts.first == "function" { parts.removeFirst() }
        self.init(nameAndQualifier: parts)
        self.region = region
        self.account = account
    }

    private init?(nameAndQualifier parts: ArraySlice<Substring>) {
        guard let name = parts.first, parts.count <= 2 else { return nil }
        self.name = name
        qualifier = parts.dropFirst().first
    }
}
