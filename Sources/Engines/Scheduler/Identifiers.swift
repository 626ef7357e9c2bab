/// Names an execution environment while the server runs. Never 0; not reused before 2³¹ others were made.
public struct EnvironmentID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Numbers are below this: the highest bit is left to those who keep the number in 32 bits with something else.
    static let limit: UInt32 = 1 << 31

    /// The number.
    public let number: UInt32

    /// Names an environment by its number.
    public init(number: UInt32) { self.number = number }

    /// The number in decimal.
    public var description: String { "\(number)" }

    /// Orders by number.
    public static func < (left: EnvironmentID, right: EnvironmentID) -> Bool { left.number < right.number }
}

/// Names an invocation while the server runs.
public struct InvocationID: Hashable, Sendable {
    /// The number.
    public let number: UInt64

    /// Names an invocation by its number.
    public init(number: UInt64) { self.number = number }
}

/// A version of a function: what environments are kept for, and what it belongs to.
public protocol ScheduledVersion: Hashable, Sendable {
    /// All versions of one function share what is reserved for it.
    associatedtype Function: Hashable & Sendable
    /// All functions of one account share its limit.
    associatedtype Account: Hashable & Sendable
    /// Those of one owner share the host with those of others.
    associatedtype Owner: Hashable & Sendable

    /// The function.
    var function: Function { get }
    /// The account, in a region.
    var account: Account { get }
    /// The account, in all regions.
    var owner: Owner { get }
}
