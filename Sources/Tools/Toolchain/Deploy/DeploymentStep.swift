/// What a deployment did with a layer or function, and why.
public struct DeploymentStep: Hashable, Sendable {
    /// What it was done with.
    public enum Subject: String, Hashable, Sendable {
        case layer
        case function
    }

    /// What was done.
    public enum Action: String, Hashable, Sendable {
        /// A function was made.
        case created
        /// A layer version was published.
        case published
        /// A function's code was replaced.
        case codeUpdated
        /// A function's settings were changed.
        case configurationUpdated
        /// Nothing had to be done.
        case unchanged
    }

    /// A layer or a function.
    public let subject: Subject
    /// Its name.
    public let name: String
    /// What was done.
    public let action: Action
    /// Why, or what it is now, as a phrase.
    public let reason: String
    /// How long it took, in milliseconds, with building and packing.
    public let milliseconds: Int
}
