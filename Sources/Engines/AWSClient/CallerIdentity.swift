/// The answer of STS to `GetCallerIdentity`.
public enum CallerIdentity {
    /// The account of the caller; `nil` where the answer has none.
    public static func account(of answer: [UInt8]) -> String? { XMLText.element("Account", of: answer) }
}
