/// Why a request's signature is refused. Services have different error names for the kinds; the messages are the same.
public struct SignatureFault: Error, Hashable, Sendable {
    /// The kinds of refusal.
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// The request is not signed.
        case missingToken
        /// A part of the signature is missing or malformed.
        case incomplete
        /// The signature does not match, or its time, region or service is wrong.
        case mismatch
        /// The signature matches, and the body is not the one that was signed.
        case otherBody
        /// The body does not have the coding that the request announces.
        case malformedBody
        /// The access key or session token does not exist.
        case unknownKey
        /// The session token has expired.
        case expiredToken
    }

    /// The kind of refusal.
    public let kind: Kind
    /// AWS's message for it.
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension SignatureFault {
    /// The request is not signed.
    public static let missingToken = SignatureFault(.missingToken, "Missing Authentication Token")
    /// The access key or session token does not exist.
    public static let unknownKey = SignatureFault(
        .unknownKey, "The security token included in the request is invalid.")
    /// The session token has expired.
    public static let expiredToken = SignatureFault(
        .expiredToken, "The security token included in the request is expired")
    /// The region of the scope does not exist.
    public static func unknownRegion(_ name: String) -> SignatureFault {
        .mismatch("Credential should be scoped to a valid region, not '\(name)'. ")
    }

    /// The signature does not match.
    static let mismatch = SignatureFault(
        .mismatch,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
            + "Key and signing method. Consult the service documentation for details.")

    /// The body has another hash than the request says.
    static let otherBody = SignatureFault(.otherBody, mismatch.message)
    /// The body does not have the coding `aws-chunked`, or another length.
    static let malformedBody = SignatureFault(
        .malformedBody, "The request body is not a valid aws-chunked stream.")

    static func incomplete(_ message: String) -> SignatureFault { SignatureFault(.incomplete, message) }

    static func mismatch(_ message: String) -> SignatureFault { SignatureFault(.mismatch, message) }
}
