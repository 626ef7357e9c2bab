internal import Domain

/// Which events of the queue somebody may see and change, by what handles them, and by what they follow from.
struct EventScope: Hashable, Sendable {
    /// Those of this account; `nil` for all.
    var account: AccountID?
    /// Those of this region; `nil` for all.
    var region: Region?
    /// Those of this function, its versions and aliases; `nil` for all, destinations too. A message to a destination is
    /// the function's by what it follows from.
    var function: FunctionName?
    /// Also those of targets whose ARN names no account, such as S3 buckets.
    var includesUnowned = false

    /// Whether the events of a target are meant, or those that follow from it.
    func covers(_ target: String) -> Bool {
        if let function = FunctionARN(target)?.function {
            return (account ?? function.account) == function.account && (region ?? function.region) == function.region
                && (self.function ?? function.name) == function.name
        }
        let parts = target.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard function == nil else { return false }
        guard parts.count == 6, !parts[4].isEmpty else { return account == nil || includesUnowned }
        return (account?.description ?? String(parts[4])) == parts[4]
            && (region?.description ?? String(parts[3])) == parts[3]
    }
}
