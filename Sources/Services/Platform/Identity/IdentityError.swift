/// An error of a use case of IAM or STS: the kind that decides how it is answered, and AWS's words.
///
/// The gateway has the one table from kind to AWS's error name and HTTP status.
package struct IdentityError: Error, Sendable, CustomStringConvertible {
    /// The kinds of error that a use case can end with.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A role, policy or version is not there.
        case noSuchEntity
        /// The name is taken.
        case entityAlreadyExists
        /// What is to be deleted is in use.
        case deleteConflict
        /// A policy's text is none.
        case malformedPolicyDocument
        /// There would be too much of something.
        case limitExceeded
        /// A value that no constraint of the model catches.
        case invalidInput
        /// A value outside of bounds that the model does not have.
        case validation
        /// The caller may not.
        case accessDenied
        /// This server's own trouble.
        case serviceFailure
    }

    /// The kind.
    package let kind: Kind
    /// What happened, for the person who called.
    package let message: String

    /// Makes an error.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    package var description: String { message }

    static func noRole(_ name: String) -> IdentityError {
        IdentityError(.noSuchEntity, "The role with name \(name) cannot be found.")
    }

    static func noPolicy(_ arn: String) -> IdentityError {
        IdentityError(.noSuchEntity, "Policy \(arn) was not found.")
    }

    static func malformed(_ message: String) -> IdentityError { IdentityError(.malformedPolicyDocument, message) }

    static func quota(_ name: String, _ limit: Int) -> IdentityError {
        IdentityError(.limitExceeded, "Cannot exceed quota for \(name): \(limit)")
    }
}
