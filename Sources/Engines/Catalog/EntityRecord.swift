public import Domain
internal import SQLite

/// A role or managed policy of an account: what IAM calls an entity.
public struct EntityID: Hashable, Sendable {
    /// What sort of entity it is.
    public enum Kind: String, Hashable, Sendable {
        /// A role.
        case role
        /// A managed policy.
        case policy
    }

    /// What sort of entity it is.
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
    /// What it is, as the caller encodes it.
    public var document: [UInt8]

    /// Describes an entity.
    public init(id: EntityID, path: String, document: [UInt8]) {
        self.id = id
        self.path = path
        self.document = document
    }
}

/// A managed policy that a role uses.
public struct Attachment: Hashable, Sendable {
    /// What a role uses a policy for.
    public enum Usage: String, Hashable, Sendable {
        /// It gives permissions; a role may have some of these.
        case permissions
        /// It bounds permissions; a role has one of these at most.
        case boundary
    }

    /// Counts up with each attachment, so that pages stay in step.
    public let number: Int
    /// The role's name.
    public let role: String
    /// The policy.
    public let policy: PolicyARN
}

/// Why roles and policies stay as they are.
public enum IdentityRefusal: Error, Hashable, Sendable {
    /// There is an entity of this name already.
    case exists
    /// There is no such entity.
    case missing(EntityID)
    /// There is no such policy to attach, or none is attached to detach.
    case missingPolicy(PolicyARN)
    /// A role has policies, or a policy has roles.
    case inUse
    /// There would be too many.
    case limitExceeded
}

extension EntityID {
    /// The values of the columns kind, account and name.
    var values: [SQLiteValue] { [.text(kind.rawValue), .text(account.description), .text(name)] }
}

extension PolicyARN {
    /// The policy as a row; `nil` for AWS's own, which are none.
    var entity: EntityID? { account.map { EntityID(.policy, account: $0, name: name) } }
}
