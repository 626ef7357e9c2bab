internal import Domain

/// The revision of a resource: a new one with each change, so that a caller changes only what it has read.
package struct Revision: Hashable, Sendable {
    /// What callers see and send back: a UUID.
    package let text: String

    /// The revision that a row has.
    package init(_ text: String) { self.text = text }

    /// A revision that no resource ever had.
    package static func new() -> Revision { Revision(RequestIdentifier.make()) }

    /// Whether a change may be made whose caller expects a revision. To be asked in the transaction of the change.
    ///
    /// - Parameter expected: That of the request; `nil` where it expects none.
    package func allowsChange(expecting expected: String?) -> Bool { expected == nil || expected == text }
}
