internal import Synchronization

/// Keeps signing keys, which cost four codes to derive and are good for a day. Calls may come from any thread.
public final class SigningKeyCache: Sendable {
    private struct Name: Hashable {
        let secretAccessKey: String
        let scope: CredentialScope
    }

    private let keys = Mutex<[Name: SigningKey]>([:])

    /// More than callers times regions times services on any server; beyond it the cache starts over.
    private static let maximumCount = 1024

    /// Makes an empty cache.
    public init() {}

    /// How many keys are kept.
    var count: Int { keys.withLock { $0.count } }

    /// The key of a secret and scope. A secret that changes has another key, so nothing is ever out of date.
    public func key(secretAccessKey: String, scope: CredentialScope) -> SigningKey {
        let name = Name(secretAccessKey: secretAccessKey, scope: scope)
        if let key = keys.withLock({ $0[name] }) { return key }
        let key = SigningKey(secretAccessKey: secretAccessKey, scope: scope)
        keys.withLock { keys in
            if keys.count >= Self.maximumCount { keys = [:] }
            keys[name] = key
        }
        return key
    }
}
