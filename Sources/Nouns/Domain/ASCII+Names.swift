extension UInt8 {
    /// Whether the byte is one of `[a-zA-Z0-9-_]`, the alphabet of function, layer and alias names.
    var isNameCharacter: Bool {
        isASCIILetter || isASCIIDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
    }

    /// Whether the byte is one of `[0-9]`.
    var isASCIIDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    /// Whether the byte is one of `[a-z]`.
    var isASCIILowerCaseLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
    }

    private var isASCIILetter: Bool {
        isASCIILowerCaseLetter || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
}

extension StringProtocol {
    /// Whether the text is a name of at most `maximumCount` characters of `[a-zA-Z0-9-_]`.
    func isName(maximumCount: Int) -> Bool {
        !isEmpty && utf8.count <= maximumCount && utf8.allSatisfy(\.isNameCharacter)
    }

    /// The positive number that the text writes in its only canonical form: digits, no sign, no leading zero.
    var canonicalPositiveNumber: Int? {
        guard utf8.allSatisfy(\.isASCIIDigit), utf8.first != UInt8(ascii: "0") else { return nil }
        return Int(self)
    }
}
