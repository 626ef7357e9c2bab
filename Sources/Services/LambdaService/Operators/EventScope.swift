internal import Domain

/// The events of the queue that an operator may see and change, by their target, and by their source.
struct EventScope: Hashable, Sendable {
    /// Only events of this account; `nil` for all.
    var account: AccountID?
    /// Only events of this region; `nil` for all.
    var region: Region?
    /// Only events of this function, its versions and aliases; `nil` for all, including messages to destinations. A
    /// message to a destination belongs to the function by its source.
    var function: FunctionName?

    /// Whether the scope covers the events of a target, or of a source. Targets whose ARN names no account, such as S3
    /// buckets, are covered by a scope of all accounts only; their events by their source.
    func covers(_ target: String) -> Bool {
        if let function = FunctionARN(target)?.function {
            return (account ?? function.account) == function.account && (region ?? function.region) == function.region
                && (self.function ?? function.name) == function.name
        }
        let parts = target.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard function == nil else { return false }
        guard parts.count == 6, !parts[4].isEmpty else { return account == nil }
        return (account?.description ?? String(parts[4])) == parts[4]
            && (region?.description ?? String(parts[3])) == parts[3]
    }
}
