package import Domain
internal import LinuxSystem
internal import RuntimeAPI
package import Scheduler
internal import Synchronization

extension EnvironmentPool {
    /// Reserves concurrency for a function; `nil` takes the reservation back.
    package func reserve(_ amount: Int?, for function: FunctionID) {
        let account = AccountKey(account: function.account, region: function.region)
        state.withLock { $0.scheduler.reserve(amount, for: function, of: account) }
    }

    /// Sets the provisioned concurrency of all versions of a function: what is not named has none.
    package func provision(_ versions: [(revision: FunctionRevision, count: Int)], of function: FunctionID) {
        let actions = state.withLock { state -> [Action] in
            guard !state.isStopping else { return [] }
            let named = Set(versions.map(\.revision.key))
            let others = state.provisioned.keys.filter { $0.function == function && !named.contains($0) }
            // What ends comes first: it makes room for what begins.
            return others.flatMap { provision($0, nil, count: 0, &state) }
                + versions.flatMap { provision($0.revision.key, $0.revision, count: $0.count, &state) }
        }
        perform(actions)
    }

    /// How the provisioned concurrency of a version is.
    package func provisionedStatus(of key: FunctionKey) -> ProvisionedStatus {
        state.withLock { $0.scheduler.provisionedStatus(of: key) }
    }

    /// Sets the provisioned concurrency of one version. Under the lock.
    func provision(_ key: FunctionKey, _ revision: FunctionRevision?, count: Int, _ state: inout State) -> [Action] {
        state.provisioned[key] = revision
        let actions = state.scheduler.provision(
            key, count: count, revision: revision?.number ?? 0, memoryMebibytes: revision?.memoryMebibytes ?? 0,
            nowNanoseconds: reactor.now().nanoseconds)
        return take(actions, &state)
    }
}
