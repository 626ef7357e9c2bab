/// Why a request's signature is not accepted. Services name the kinds differently; the sentences are the same.
public struct SignatureFault: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// The request is not signed at all.
        case missingToken
        /// What a signature consists of is not all there, or cannot be read.
        case incomplete
        /// The signature is another, or it is good for another time, place or service.
        case mismatch
        /// Nobody has this access key, or this session token.
        case unknownKey
        /// The session token's time is over.
        case expiredToken
    }

    /// What is wrong.
    public let kind: Kind
    /// AWS's sentence for it.
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension SignatureFault {
    /// The request is not signed.
    public static let missingToken = SignatureFault(.missingToken, "Missing Authentication Token")
    /// Nobody has this access key, or this session token.
    public static let unknownKey = SignatureFault(
        .unknownKey, "The security token included in the request is invalid.")
    /// The session token's time is over.
    public static let expiredToken = SignatureFault(
        .expiredToken, "The security token included in the request is expired")
    /// The signature is another.
    static let mismatch = SignatureFault(
        .mismatch,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
            + "Key and signing method. Consult the service documentation for details.")

    static func incomplete(_ message: String) -> SignatureFault { SignatureFault(.incomplete, message) }

    static func mismatch(_ message: String) -> SignatureFault { SignatureFault(.mismatch, message) }
}
