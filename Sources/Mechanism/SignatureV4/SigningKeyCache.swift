internal import Synchronization

/// Caches signing keys, which take four HMACs to derive and are valid for a day. Calls may come from any thread.
public final class SigningKeyCache: Sendable {
    private struct Name: Hashable {
        let secretAccessKey: String
        let scope: CredentialScope
    }

    private let keys = Mutex<[Name: SigningKey]>([:])

    /// More than callers × regions × services of any server; at this count the cache is emptied.
    private static let maximumCount = 1024

    /// Makes an empty cache.
    public init() {}

    /// The number of cached keys.
    var count: Int { keys.withLock { $0.count } }

    /// The key of a secret and scope. No entry is ever stale: the secret is a part of the cache's key.
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
