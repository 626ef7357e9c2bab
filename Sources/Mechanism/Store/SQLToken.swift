/// A piece of SQL text: enough to find words and placeholders that are no part of a string, a quoted name or a comment.
///
/// The lexical rules are PostgreSQL's (<https://www.postgresql.org/docs/15/sql-syntax-lexical.html>): what is written
/// for both engines has none of what only PostgreSQL quotes (`E'…'`, `$$…$$`, comments in comments).
public enum SQLToken: Hashable, Sendable {
    /// A bare word or number.
    case word(Substring)
    /// A `?`, with its number where it has one: `?7`.
    case placeholder(Substring)
    /// White space.
    case space(Substring)
    /// A string, a quoted name, a comment, or one other character.
    case other(Substring)

    /// The piece as it is written.
    public var text: Substring {
        switch self {
        case .word(let text), .placeholder(let text), .space(let text), .other(let text): text
        }
    }

    var isSpace: Bool { if case .space = self { true } else { false } }

    /// The pieces of a text, in order; joined they are the text.
    public static func tokens(of sql: String) -> [SQLToken] {
        var rest = Substring(sql)
        var tokens: [SQLToken] = []
        while let first = rest.utf8.first {
            let token = next(rest.utf8, first, hasEscapes: tokens.last == .word("E") || tokens.last == .word("e"))
            tokens.append(token)
            rest = rest[token.text.endIndex...]
        }
        return tokens
    }

    private static func next(_ rest: Substring.UTF8View, _ first: UInt8, hasEscapes: Bool) -> SQLToken {
        switch first {
        case UInt8(ascii: "?"):
            let digits = rest.dropFirst().prefix(while: \.isDigit)
            return .placeholder(Substring(rest[..<digits.endIndex]))
        case UInt8(ascii: "'"): return .other(quoted(rest, first, hasEscapes: hasEscapes))
        case UInt8(ascii: "\""): return .other(quoted(rest, first, hasEscapes: false))
        case UInt8(ascii: "$"): return .other(dollarQuoted(rest))
        case UInt8(ascii: "-") where rest.starts(with: "--".utf8):
            return .other(Substring(rest.prefix { $0 != UInt8(ascii: "\n") }))
        case UInt8(ascii: "/") where rest.starts(with: "/*".utf8): return .other(comment(rest))
        case _ where first.isNamePart: return .word(Substring(rest.prefix(while: \.isNamePart)))
        case _ where first.isSpace: return .space(Substring(rest.prefix(while: \.isSpace)))
        default: return .other(Substring(rest.prefix(1)))
        }
    }

    /// Up to the closing quotation mark. A doubled one is a part of the text.
    private static func quoted(_ text: Substring.UTF8View, _ mark: UInt8, hasEscapes: Bool) -> Substring {
        var rest = text.dropFirst()
        while let byte = rest.popFirst() {
            if byte == mark {
                guard rest.first == mark else { break }
                rest = rest.dropFirst()
            } else if hasEscapes, byte == UInt8(ascii: "\\") {
                rest = rest.dropFirst()
            }
        }
        return Substring(text[..<rest.startIndex])
    }

    /// Comments nest.
    private static func comment(_ text: Substring.UTF8View) -> Substring {
        var rest = text
        var depth = 0
        repeat {
            if rest.starts(with: "/*".utf8) {
                (depth, rest) = (depth + 1, rest.dropFirst(2))
            } else if rest.starts(with: "*/".utf8) {
                (depth, rest) = (depth - 1, rest.dropFirst(2))
            } else {
                rest = rest.dropFirst()
            }
        } while depth > 0 && !rest.isEmpty
        return Substring(text[..<rest.startIndex])
    }

    /// `$$…$$` and `$tag$…$tag$`. Any other `$` stands for itself.
    private static func dollarQuoted(_ text: Substring.UTF8View) -> Substring {
        let tag = text.dropFirst().prefix { $0.isNamePart && $0 != UInt8(ascii: "$") }
        guard tag.first?.isDigit != true, text[tag.endIndex...].first == UInt8(ascii: "$") else {
            return Substring(text.prefix(1))
        }
        let mark = text[...tag.endIndex]
        var rest = text[tag.endIndex...].dropFirst()
        while !rest.isEmpty, !rest.starts(with: mark) { rest = rest.dropFirst() }
        return Substring(text[..<rest.dropFirst(mark.count).startIndex])
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    fileprivate var isSpace: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }

    /// Whether it can stand within a name: letters, digits, `_`, `$`, and everything beyond ASCII.
    fileprivate var isNamePart: Bool {
        let lower = self | 0x20
        return isDigit || (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")) || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "$") || self >= 0x80
    }
}
