/// Small, flat XML documents of services, which are searched and not parsed.
enum XMLText {
    /// Characters of a text at most, because texts go into messages for people and other clients.
    private static let longestText = 4_000

    /// The text of the first element with a name.
    static func element(_ name: String, of body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        var content = String(text[start.upperBound..<end.lowerBound].prefix(longestText))
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'")] {
            content = content.replacing(entity, with: character)
        }
        // Last, so that its result is not taken for an entity's start.
        return content.replacing("&amp;", with: "&")
    }
}
