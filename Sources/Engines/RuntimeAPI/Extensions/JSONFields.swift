internal import AWSProtocol

/// JSON objects of a few members, in the order in which they are given.
enum JSONFields {
    /// An object of texts.
    static func object(_ fields: [(String, String)]) -> [UInt8] {
        object(fields.map { ($0.0, JSON.encode(.string($0.1))) })
    }

    /// An object of members that are JSON already.
    static func object(_ fields: [(String, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += JSON.encode(.string(field.0)) + [UInt8(ascii: ":")] + field.1
        }
        return bytes + [UInt8(ascii: "}")]
    }
}
