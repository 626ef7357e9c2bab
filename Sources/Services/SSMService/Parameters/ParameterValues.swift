internal import Digest
internal import SSMModel
internal import ServiceKit

/// The values of secure strings: encrypted on the disk, and in answers without decryption, under a key of this server.
///
/// AWS's key is one of KMS; `KeyId` is stored and returned, and does not choose another key.
struct ParameterValues: Sendable {
    let cipher: AuthenticatedCipher

    /// The key that AWS uses where a request names none.
    static let defaultKey = "alias/aws/ssm"

    /// The value as it is stored.
    func encrypted(_ value: String, arn: String) -> String {
        Base64.encode(cipher.encrypt(Array(value.utf8), context: Array(arn.utf8)))
    }

    /// The value as an answer has it.
    ///
    /// - Parameter isDecrypted: What the request asks for; it has no effect on other types.
    func value(
        of version: SSM.ParameterHistory, arn: String, isDecrypted: Bool
    ) throws(ServiceError) -> String {
        let value = version.value ?? ""
        guard version.type == .secureString, isDecrypted else { return value }
        guard let bytes = Base64.decode(value), let decrypted = cipher.decrypt(bytes, context: Array(arn.utf8)) else {
            throw ServiceError(
                .invalidKeyID,
                "The value of \(version.name ?? "") was encrypted with another key than that of this server "
                    + "(ssm.key in its data folder).")
        }
        return String(decoding: decrypted, as: UTF8.self)
    }
}
