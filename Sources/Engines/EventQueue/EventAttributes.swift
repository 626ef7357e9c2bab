/// Encodes attributes as one text: `name=value` lines, with line breaks and backslashes escaped.
enum EventAttributes {
    static func encode(_ attributes: [String: String]) -> String {
        attributes.sorted { $0.key < $1.key }.map { "\(escaped($0.key))=\(escaped($0.value))" }.joined(separator: "\n")
    }

    // By scalars: `\r\n`, or `=` with an accent behind it, are one character each.
    static func decode(_ text: String) -> [String: String] {
        let pairs = text.unicodeScalars.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let end = line.firstIndex(of: "=") else { return nil }
            return (plain(line[..<end]), plain(line[line.index(after: end)...]))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "=": result.append(contentsOf: "\\e".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func plain(_ text: Substring.UnicodeScalarView) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text {
            if isEscaped {
                result.append(scalar == "n" ? "\n" : scalar == "e" ? "=" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
