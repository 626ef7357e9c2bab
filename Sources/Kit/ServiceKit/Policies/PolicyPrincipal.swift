internal import Domain

/// The principal of a policy statement.
///
/// Source: "AWS JSON policy elements: Principal", IAM user guide.
package enum PolicyPrincipal: Hashable, Sendable {
    /// `*`: every caller.
    case everyone
    /// An account (as the ARN of its root), a role or a user.
    case aws(String)
    /// An AWS service: `s3.amazonaws.com`.
    case service(String)

    /// Reads a principal as *AddPermission* takes it; `nil` for anything else.
    ///
    /// - Parameter partition: The partition of the region that was called: an account's number does not contain it.
    package init?(parameter text: String, partition: String) {
        if text == "*" {
            self = .everyone
        } else if let account = AccountID(text) {
            self = .aws("arn:\(partition):iam::\(account):root")
        } else if Self.isIdentity(text) {
            self = .aws(text)
        } else if Caller.isServicePrincipal(text) {
            self = .service(text)
        } else {
            return nil
        }
    }

    /// Whether a text is the ARN of an account's root (`arn:aws:iam::123456789012:root`), a user, a role or a role's
    /// session.
    private static func isIdentity(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1] == "aws" || parts[1].hasPrefix("aws-"), parts[3].isEmpty,
            AccountID(parts[4]) != nil
        else { return false }
        let kinds = parts[2] == "iam" ? ["user", "role"] : parts[2] == "sts" ? ["assumed-role", "federated-user"] : []
        if parts[2] == "iam", parts[5] == "root" { return true }
        return kinds.contains { parts[5].hasPrefix("\($0)/") && parts[5].utf8.count > $0.utf8.count + 1 }
    }

    /// Whether the principal includes a caller.
    package func matches(_ caller: Caller) -> Bool {
        switch (self, caller.principal) {
        case (.everyone, _): true
        case (.service(let name), .service(let caller, _, _)): name == caller
        case (.service, _), (.aws, .service): false
        case (.aws(let arn), .root): Self.root(caller.account, of: arn) == arn
        case (.aws(let arn), .assumedRole(let session, _)):
            // An account includes all identities in it.
            arn == Self.root(caller.account, of: arn) || arn == session || Self.isRole(arn, of: session)
        }
    }

    private static func root(_ account: AccountID, of arn: String) -> String {
        "arn:\(partition(arn)):iam::\(account):root"
    }

    private static func partition(_ arn: String) -> Substring {
        arn.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).dropFirst().first ?? "aws"
    }

    /// Whether `arn:aws:iam::123456789012:role/PATH/ROLE` is the role of the session
    /// `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`. A session's ARN does not contain the path, and role names
    /// are unique in an account without it.
    private static func isRole(_ arn: String, of session: String) -> Bool {
        let role = arn.split(separator: ":", omittingEmptySubsequences: false)
        let assumed = session.split(separator: ":", omittingEmptySubsequences: false)
        guard role.count == 6, assumed.count == 6, role[5].hasPrefix("role/"), role[1] == assumed[1],
            role[4] == assumed[4]
        else { return false }
        let parts = assumed[5].split(separator: "/")
        return parts.count == 3 && role[5].split(separator: "/").last == parts[1]
    }
}
