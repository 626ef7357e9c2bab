internal import AWSProtocol
internal import Catalog
internal import Domain
internal import ServiceKit

/// The rows of roles, managed policies and attachments. Documents are decoded here, and what the catalogue refuses, or
/// fails at, becomes an error of IAM here.
struct IAMStore: Sendable {
    private let rows: IdentityRows

    init(catalog: Catalog) {
        rows = catalog.identities
    }

    /// Runs work on the catalogue. Its errors become ``ServiceError``.
    private func onCatalog<Value>(_ body: () throws -> Value) throws(ServiceError) -> Value {
        try ServiceError.onStore(otherwise: .serviceFailure, body)
    }

    /// Like ``onCatalog(_:)``, for work that the catalogue may refuse.
    private func onCatalog(
        _ body: () throws -> Result<Void, IdentityRefusal>, refused: (IdentityRefusal) -> ServiceError
    ) throws(ServiceError) {
        if case .failure(let refusal) = try onCatalog(body) { throw refused(refusal) }
    }

    /// Deletes all roles and policies.
    func deleteAll() throws(ServiceError) { try onCatalog { try rows.deleteAll() } }

    private func decode<Document: AWSStructure>(_ record: EntityRecord) throws(ServiceError) -> Document {
        try onCatalog { Document(awsValue: try JSON.decode(record.document, as: Document.schema)) }
    }

    private static func encode<Document: AWSStructure>(_ document: Document) -> [UInt8] {
        JSON.encode(document.awsValue, as: Document.schema)
    }

    /// Changes a document in one transaction.
    ///
    /// - Parameter missing: The error where there is no such row.
    private func change<Document: AWSStructure>(
        _ id: EntityID, missing: ServiceError, _ body: (inout Document) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        let outcome = try onCatalog {
            try rows.changeEntity(id) { record -> Result<[UInt8], ServiceError> in
                do throws(ServiceError) {
                    var document: Document = try decode(record)
                    try body(&document)
                    return .success(Self.encode(document))
                } catch {
                    return .failure(error)
                }
            }
        }
        guard let outcome else { throw missing }
        try outcome.get()
    }

    /// Deletes a row, unless its document, or an attachment, forbids it.
    ///
    /// - Parameters:
    ///   - missing: The error where there is no such row.
    ///   - attached: The error where an attachment exists. Checked first.
    ///   - check: Returns the error where the document forbids it.
    private func delete<Document: AWSStructure>(
        _ id: EntityID, missing: ServiceError, attached: ServiceError, unless check: (Document) -> ServiceError?
    ) throws(ServiceError) {
        let outcome = try onCatalog {
            try rows.deleteEntity(
                id,
                unless: { record -> ServiceError? in
                    do throws(ServiceError) { return check(try decode(record)) } catch { return error }
                },
                refusing: { $0 == .inUse ? attached : missing })
        }
        try outcome.get()
    }
}

// MARK: Roles

extension IAMStore {
    private static func roleID(_ name: String, _ account: AccountID) -> EntityID {
        EntityID(.role, account: account, name: name)
    }

    /// A role.
    func role(_ name: String, of account: AccountID) throws(ServiceError) -> RoleDocument {
        guard let record = try onCatalog({ try rows.entity(Self.roleID(name, account)) }) else {
            throw .noRole(name)
        }
        return try decode(record)
    }

    /// The role with an ARN; `nil` where there is none, or one with another path.
    func role(_ arn: RoleARN) throws(ServiceError) -> RoleDocument? {
        guard let record = try onCatalog({ try rows.entity(Self.roleID(arn.name, arn.account)) }),
            record.path == arn.path
        else { return nil }
        return try decode(record)
    }

    /// The roles below a path, by name, from after a name.
    func roles(
        of account: AccountID, pathPrefix: String, after name: String, limit: Int
    ) throws(ServiceError) -> [RoleDocument] {
        let records = try onCatalog {
            try rows.entities(.role, account: account, pathPrefix: pathPrefix, after: name, limit: limit)
        }
        return try records.map { record throws(ServiceError) in try decode(record) }
    }

    /// Adds a role, with the policy that bounds its permissions, in one transaction.
    func createRole(_ arn: RoleARN, _ document: RoleDocument, boundary: PolicyARN?) throws(ServiceError) {
        let record = EntityRecord(
            id: Self.roleID(arn.name, arn.account), path: arn.path, document: Self.encode(document))
        try onCatalog {
            try rows.createEntity(record, boundary: boundary)
        } refused: { refusal in
            refusal == .exists
                ? ServiceError(.entityAlreadyExists, "Role with name \(arn.name) already exists.")
                : .noBoundary(boundary)
        }
    }

    /// Changes a role in one transaction.
    func changeRole(
        _ name: String, of account: AccountID, _ body: (inout RoleDocument) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        try change(Self.roleID(name, account), missing: .noRole(name), body)
    }

    /// Deletes a role that has neither managed nor inline policies.
    func deleteRole(_ name: String, of account: AccountID) throws(ServiceError) {
        let attached = ServiceError(.deleteConflict, "Cannot delete entity, must detach all policies first.")
        let inline = ServiceError(.deleteConflict, "Cannot delete entity, must delete policies first.")
        try delete(Self.roleID(name, account), missing: .noRole(name), attached: attached) { (role: RoleDocument) in
            role.policies.isEmpty ? nil : inline
        }
    }
}

// MARK: Managed policies

extension IAMStore {
    private static func policyID(_ name: String, _ account: AccountID) -> EntityID {
        EntityID(.policy, account: account, name: name)
    }

    /// A managed policy that an account may use: one of its own, or any of AWS's.
    func policy(_ arn: PolicyARN, of account: AccountID) throws(ServiceError) -> ManagedPolicyDocument {
        guard arn.account != nil else { return AWSManagedPolicies.document(arn) }
        guard arn.account == account,
            let record = try onCatalog({ try rows.entity(Self.policyID(arn.name, account)) }),
            record.path == arn.path
        else { throw .noPolicy(arn.description) }
        return try decode(record)
    }

    /// An account's own policies below a path, by name, from after a name.
    ///
    /// - Parameter usage: Only policies that a role uses in one of these ways; empty for all policies.
    func policies(
        of account: AccountID, pathPrefix: String, usage: Set<Attachment.Usage>, after name: String, limit: Int
    ) throws(ServiceError) -> [(arn: PolicyARN, document: ManagedPolicyDocument)] {
        let records = try onCatalog {
            try rows.entities(
                .policy, account: account, pathPrefix: pathPrefix, usage: usage, after: name, limit: limit)
        }
        return try records.map { record throws(ServiceError) in
            (PolicyARN(account: account, path: record.path, name: record.id.name), try decode(record))
        }
    }

    /// Adds a managed policy to an account.
    func createPolicy(
        _ arn: PolicyARN, of account: AccountID, _ document: ManagedPolicyDocument
    ) throws(ServiceError) {
        let record = EntityRecord(
            id: Self.policyID(arn.name, account), path: arn.path, document: Self.encode(document))
        try onCatalog {
            try rows.createEntity(record)
        } refused: { _ in
            ServiceError(
                .entityAlreadyExists,
                "A policy called \(arn.name) already exists. Duplicate names are not allowed.")
        }
    }

    /// Changes a managed policy in one transaction.
    ///
    /// - Throws: `.accessDenied` for AWS's own policies.
    func changePolicy(
        _ arn: PolicyARN, of account: AccountID, _ body: (inout ManagedPolicyDocument) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        try change(try ownPolicy(arn, of: account), missing: .noPolicy(arn.description), body)
    }

    /// Deletes a managed policy that no role uses and that has one version only.
    func deletePolicy(_ arn: PolicyARN, of account: AccountID) throws(ServiceError) {
        let attached = ServiceError(.deleteConflict, "Cannot delete a policy attached to entities.")
        let hasVersions = ServiceError(
            .deleteConflict,
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                + "The default version is deleted with the policy.")
        let id = try ownPolicy(arn, of: account)
        try delete(id, missing: .noPolicy(arn.description), attached: attached) { (policy: ManagedPolicyDocument) in
            policy.versions.count > 1 ? hasVersions : nil
        }
    }

    /// The row of a policy that the account may change.
    private func ownPolicy(_ arn: PolicyARN, of account: AccountID) throws(ServiceError) -> EntityID {
        guard arn.account != nil else {
            throw ServiceError(.accessDenied, "Policy \(arn) belongs to AWS; only AWS changes it.")
        }
        _ = try policy(arn, of: account)
        return Self.policyID(arn.name, account)
    }
}

// MARK: Attachments

extension IAMStore {
    /// Attaches a policy to a role for permissions. Attaching it twice is no error.
    func attach(_ policy: PolicyARN, to role: String, of account: AccountID) throws(ServiceError) {
        let limit = IdentityLimits.policiesPerRole
        try onCatalog {
            try rows.attach(policy, as: .permissions, to: Self.roleID(role, account), limit: limit)
        } refused: { refusal in
            switch refusal {
            case .limitExceeded: .quota("PoliciesPerRole", limit)
            case .missingPolicy:
                ServiceError(.noSuchEntity, "Policy \(policy) does not exist or is not attachable.")
            default: .noRole(role)
            }
        }
    }

    /// Detaches a policy from a role.
    func detach(_ policy: PolicyARN, from role: String, of account: AccountID) throws(ServiceError) {
        try onCatalog {
            try rows.detach(policy, from: Self.roleID(role, account))
        } refused: { refusal in
            refusal == .missingPolicy(policy) ? .noPolicy(policy.description) : .noRole(role)
        }
    }

    /// The policies that give a role permissions, in the order of attachment.
    func attachments(of role: String, of account: AccountID) throws(ServiceError) -> [Attachment] {
        let all = try onCatalog { try rows.attachments(of: Self.roleID(role, account), as: .permissions) }
        guard let all else { throw .noRole(role) }
        return all
    }

    /// The roles of an account that use a policy, in the order of attachment.
    ///
    /// - Parameter usage: Only roles that use it in this way; `nil` for both.
    func attachments(
        of policy: PolicyARN, in account: AccountID, as usage: Attachment.Usage?
    ) throws(ServiceError) -> [Attachment] {
        try onCatalog { try rows.attachments(of: policy, account: account, as: usage) }
    }

    /// Sets the policy that bounds a role's permissions; it replaces the one before.
    func setBoundary(_ policy: PolicyARN, ofRole role: String, of account: AccountID) throws(ServiceError) {
        try onCatalog {
            try rows.attach(policy, as: .boundary, to: Self.roleID(role, account), limit: 1)
        } refused: { refusal in
            refusal == .missingPolicy(policy) ? .noBoundary(policy) : .noRole(role)
        }
    }

    /// Removes the boundary of a role's permissions. It is no error where the role has none.
    func removeBoundary(ofRole role: String, of account: AccountID) throws(ServiceError) {
        try onCatalog {
            try rows.detachBoundary(from: Self.roleID(role, account))
        } refused: { _ in
            .noRole(role)
        }
    }

    /// The policy that bounds a role's permissions.
    func boundary(ofRole role: String, of account: AccountID) throws(ServiceError) -> PolicyARN? {
        try onCatalog { try rows.attachments(of: Self.roleID(role, account), as: .boundary)?.first?.policy }
    }
}
