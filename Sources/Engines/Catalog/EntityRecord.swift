public import Domain
internal import Store

/// The name of a role or managed policy of an account, which IAM calls entities.
public struct EntityID: Hashable, Sendable {
    /// Kinds of entities.
    public enum Kind: String, Hashable, Sendable {
        /// A role.
        case role
        /// A managed policy.
        case policy
    }

    /// The kind of entity.
    public let kind: Kind
    /// The account.
    public let account: AccountID
    /// The name, unique among the account's entities of its kind; names that differ only in case are the same there.
    public let name: String

    /// Names an entity.
    public init(_ kind: Kind, account: AccountID, name: String) {
        self.kind = kind
        self.account = account
        self.name = name
    }
}

/// A stored role or managed policy.
public struct EntityRecord: Hashable, Sendable {
    /// Which one.
    public let id: EntityID
    /// Its path; begins and ends with a slash.
    public let path: String
    /// Its configuration, as the caller encoded it.
    public var document: [UInt8]

    /// Describes an entity.
    public init(id: EntityID, path: String, document: [UInt8]) {
        self.id = id
        self.path = path
        self.document = document
    }
}

/// A managed policy attached to a role.
public struct Attachment: Hashable, Sendable {
    /// The usage of an attached policy.
    public enum Usage: String, Hashable, Sendable {
        /// It grants permissions; a role may have several.
        case permissions
        /// It is the permissions boundary; a role has one at most.
        case boundary
    }

    /// Counts up with each attachment, so that pages stay consistent.
    public let number: Int
    /// The role's name.
    public let role: String
    /// The policy.
    public let policy: PolicyARN
}

/// Why a change of roles and policies is refused.
public enum IdentityRefusal: Error, Hashable, Sendable {
    /// An entity of this name exists.
    case exists
    /// There is no such entity.
    case missing(EntityID)
    /// There is no such policy to attach, or none is attached to detach.
    case missingPolicy(PolicyARN)
    /// The role has attached policies, or the policy is attached.
    case inUse
    /// The limit of attached policies would be exceeded.
    case limitExceeded
}

extension EntityID {
    /// The values of the columns kind, account and name.
    var values: [StoreValue] { [.text(kind.rawValue), .text(account.description), .text(name)] }
}

extension PolicyARN {
    /// The policy's entity; `nil` for AWS's own policies, which have no rows.
    var entity: EntityID? { account.map { EntityID(.policy, account: $0, name: name) } }
}
