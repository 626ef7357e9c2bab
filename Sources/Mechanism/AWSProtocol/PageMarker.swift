internal import Digest

/// The opaque text that says where a listing's next page begins.
///
/// It holds the last key of the page before, and a checksum over the key and the listing it belongs to: so a marker
/// that is damaged, or from another listing, is refused instead of silently skipping rows. It is no secret and no
/// permission.
public enum PageMarker {
    private static let checksumSize = 8

    /// A marker behind `key`, in the listing called `listing` (the operation's name, and whatever it is a list of).
    public static func encode(key: String, listing: String) -> String {
        let bytes = checksum(key, listing) + Array(key.utf8)
        let text = Base64.encode(bytes).utf8.filter { $0 != UInt8(ascii: "=") }.map(urlSafe)
        return String(decoding: text, as: UTF8.self)
    }

    /// The key. Throws `InvalidParameterValueException` when the marker is not one of this listing.
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
