internal import ServiceKit
internal import AWSProtocol
internal import Domain

/// The text of a policy that has passed the checks that IAM makes before it stores one.
///
/// Source: "Grammar of the IAM JSON policy language" in the IAM user guide. The messages are IAM's.
struct PolicyText {
    let text: String
    /// The statements. A document may have one statement without a list around it.
    let statements: [[String: AWSValue]]

    /// The length that counts against a quota: without white space.
    var quotaCharacters: Int { Self.quotaCharacters(text) }

    /// The length of a text without white space.
    static func quotaCharacters(_ text: String) -> Int {
        text.unicodeScalars.count { !$0.properties.isWhitespace }
    }

    /// Reads the trust policy of a role.
    init(trust text: String) throws(ServiceError) {
        guard let statements = Self.statements(text) else { throw .malformed("This policy contains invalid Json") }
        self.text = text
        self.statements = statements
        for statement in statements { try Self.checkTrust(statement) }
        guard quotaCharacters <= IdentityLimits.trustPolicyCharacters else {
            throw .quota("ACLSizePerRole", IdentityLimits.trustPolicyCharacters)
        }
    }

    /// Reads a permissions policy.
    init(permissions text: String) throws(ServiceError) {
        guard let statements = Self.statements(text), statements.allSatisfy(Self.hasEffect) else {
            throw .malformed("Syntax errors in policy.")
        }
        self.text = text
        self.statements = statements
        for statement in statements { try Self.checkPermissions(statement) }
        let names = statements.compactMap { $0["Sid"] }
        guard names.count == Set(names.map(Self.texts)).count else {
            throw .malformed("Statement IDs (SID) in a single policy must be unique.")
        }
    }

    /// Reads the document of a managed policy: a permissions policy with a quota of its own.
    init(managed text: String) throws(ServiceError) {
        try self.init(permissions: text)
        guard quotaCharacters <= IdentityLimits.managedPolicyCharacters else {
            throw .quota("PolicySize", IdentityLimits.managedPolicyCharacters)
        }
    }

    /// The statements of a document; `nil` where it is no JSON object with statements, or has an unknown version.
    private static func statements(_ text: String) -> [[String: AWSValue]]? {
        // The position of the syntax error is dropped: IAM's message does not contain it.
        guard case .structure(let document)? = try? JSON.decode(Array(text.utf8)) else { return nil }
        let version = document["Version"] ?? .string("2012-10-17")
        guard version == .string("2012-10-17") || version == .string("2008-10-17") else { return nil }
        switch document["Statement"] {
        case .structure(let statement): return [statement]
        case .list(let values):
            let statements = values.compactMap { if case .structure(let members) = $0 { members } else { nil } }
            return statements.count == values.count && !values.isEmpty ? statements : nil
        default: return nil
        }
    }

    private static func checkTrust(_ statement: [String: AWSValue]) throws(ServiceError) {
        for field in ["Resource", "NotResource"] where statement[field] != nil {
            throw .malformed("Has prohibited field \(field)")
        }
        guard hasEffect(statement) else { throw .malformed("Missing required field Effect") }
        guard statement["Principal"] != nil || statement["NotPrincipal"] != nil else {
            throw .malformed("Missing required field Principal")
        }
        let actions = texts(statement["Action"] ?? statement["NotAction"] ?? .null)
        guard !actions.isEmpty else { throw .malformed("Missing required field Action") }
        let allowed = ["sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext", "sts:*"]
        for action in actions.map({ $0.lowercased() }) {
            guard allowed.contains(where: { action.hasPrefix($0) }) || action == "*" else {
                throw .malformed("AssumeRole policy may only specify STS AssumeRole actions.")
            }
        }
    }

    private static func checkPermissions(_ statement: [String: AWSValue]) throws(ServiceError) {
        guard statement["Principal"] == nil, statement["NotPrincipal"] == nil else {
            throw .malformed("Policy document should not specify a principal.")
        }
        let actions = texts(statement["Action"] ?? statement["NotAction"] ?? .null)
        guard !actions.isEmpty else { throw .malformed("Policy statement must contain actions.") }
        for action in actions where action != "*" && !action.contains(":") {
            throw .malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        }
        let resources = texts(statement["Resource"] ?? statement["NotResource"] ?? .null)
        guard !resources.isEmpty else { throw .malformed("Policy statement must contain resources.") }
        for resource in resources where resource != "*" && !resource.hasPrefix("arn:") {
            throw .malformed("Resource \(resource.prefix(512)) must be in ARN format or \"*\".")
        }
    }

    private static func hasEffect(_ statement: [String: AWSValue]) -> Bool {
        statement["Effect"] == .string("Allow") || statement["Effect"] == .string("Deny")
    }

    /// The strings of a value that is one string or a list of strings.
    static func texts(_ value: AWSValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .list(let values): values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        default: []
        }
    }
}
