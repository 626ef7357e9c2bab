package import Domain

/// The caller of a request: an account, and its principal.
package struct Caller: Hashable, Sendable {
    /// The identity within the account.
    package enum Principal: Hashable, Sendable {
        /// The account itself, with all its rights.
        case root
        /// A session of a role: one that *AssumeRole* started, or a running function.
        ///
        /// - Parameters:
        ///   - arn: `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`.
        ///   - userID: `AROA…:SESSION`.
        case assumedRole(arn: String, userID: String)
        /// An AWS service, such as `s3.amazonaws.com`, acting for a resource of an account if the request names one.
        case service(name: String, sourceARN: String?, sourceAccount: AccountID?)
    }

    /// The account that the credentials belong to.
    package var account: AccountID
    /// The identity within the account.
    package var principal: Principal

    /// Describes a caller.
    package init(account: AccountID, principal: Principal = .root) {
        self.account = account
        self.principal = principal
    }

    /// The caller in messages: "User: arn:aws:iam::123456789012:root is not authorized to perform: …". A service has no
    /// ARN; this is its name as in policies.
    package var arn: String {
        switch principal {
        case .root: "arn:aws:iam::\(account):root"
        case .assumedRole(let arn, _): arn
        case .service(let name, _, _): name
        }
    }

    /// The `UserId` of *GetCallerIdentity*: the account's number for root.
    package var userID: String {
        switch principal {
        case .root: account.description
        case .assumedRole(_, let userID): userID
        case .service(let name, _, _): name
        }
    }
}

extension Caller {
    /// Whether the caller may do everything with the resources of an account, which needs no policy. A service may not,
    /// even in that account: it needs a resource policy. The policies of roles are not enforced.
    package func owns(_ account: AccountID) -> Bool {
        if case .service = principal { return false }
        return self.account == account
    }

    /// A running function: a session of its role with the function's name. Where the role is not a role's ARN, the
    /// caller is the account.
    ///
    /// Source: "Defining Lambda function permissions with an execution role", Lambda developer guide.
    package static func function(_ id: FunctionID, role: String) -> Caller {
        let parts = role.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5].hasPrefix("role/"),
            let name = parts[5].dropFirst("role/".count).split(separator: "/").last
        else {
            return Caller(account: id.account)
        }
        let arn = "arn:\(parts[1]):sts::\(id.account):assumed-role/\(name)/\(id.name)"
        let principal = Principal.assumedRole(arn: arn, userID: "\(AccessKeyText.roleID(of: role)):\(id.name)")
        return Caller(account: id.account, principal: principal)
    }

    /// Whether a text is a service principal, the name of an AWS service in policies: `s3.amazonaws.com`,
    /// `alexa-appkit.amazon.com`.
    package static func isServicePrincipal(_ text: String) -> Bool {
        let suffix = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"].first { text.hasSuffix($0) }
        guard let suffix, text.utf8.count > suffix.utf8.count, text.utf8.count <= 128 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { $0.isASCIILowerCaseOrDigit || $0 == UInt8(ascii: "-") }
        }
    }
}

extension UInt8 {
    fileprivate var isASCIILowerCaseOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
