internal import Digest

/// The opaque pagination token of a listing.
///
/// It contains the last key of the previous page and a checksum over that key and the listing: a damaged marker, or one
/// of another listing, is refused instead of silently skipping rows. It is neither a secret nor a permission.
public enum PageMarker {
    private static let checksumSize = 8

    /// The marker after `key` in the listing called `listing` (the operation's name and parameters).
    public static func encode(key: String, listing: String) -> String {
        let bytes = checksum(key, listing) + Array(key.utf8)
        let text = Base64.encode(bytes).utf8.filter { $0 != UInt8(ascii: "=") }.map(urlSafe)
        return String(decoding: text, as: UTF8.self)
    }

    /// The key of a marker. Throws `InvalidParameterValueException` when the marker is not one of this listing.
    public static func decode(_ marker: String, listing: String) throws(AWSError) -> String {
        let padding = String(repeating: "=", count: (4 - marker.utf8.count % 4) % 4)
        let text = String(decoding: marker.utf8.map(standard), as: UTF8.self) + padding
        guard let bytes = Base64.decode(text), bytes.count >= checksumSize,
            let key = String(validating: bytes.dropFirst(checksumSize), as: UTF8.self),
            bytes.starts(with: checksum(key, listing)), encode(key: key, listing: listing) == marker
        else {
            throw AWSError(
                "InvalidParameterValueException", status: 400,
                message: "The value of the Marker parameter is not valid.",
                fault: .user)
        }
        return key
    }

    private static func checksum(_ key: String, _ listing: String) -> [UInt8] {
        let text = Array(listing.utf8) + [0] + Array(key.utf8)
        return Array(SHA256Digest(hashing: text).bytes.prefix(checksumSize))
    }

    private static func urlSafe(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
    }

    private static func standard(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: byte
        }
    }
}
