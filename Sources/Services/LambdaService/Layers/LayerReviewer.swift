internal import Domain
internal import LayerCheck
internal import LayerStore
internal import LinuxSystem
internal import ServiceKit
internal import Synchronization

/// Checks layers when they are published or attached, and logs what would fail or surprise.
///
/// On a thread of its own: no answer waits for it, and AWS's answers have nothing of it. `strata layer check` and
/// `strata layer show` tell the same.
final class LayerReviewer: Sendable {
    /// A layer version, and where its zip is.
    struct Layer: Sendable {
        let arn: LayerVersionARN
        let package: StoredPackage
    }

    private let layerStore: LayerStore
    private let queue: WorkQueue
    private let log: ServerLog
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        /// What was reviewed. An update of a function that changes nothing of this costs nothing.
        var reviewed: Set<Subject> = []
        /// How many reviews of each account's wait.
        var waiting: [AccountID: Int] = [:]
    }

    private struct Subject: Hashable {
        let layers: [LayerVersionARN]
        let targets: [LayerTarget]
        let function: FunctionID?

        /// The account whose request it was.
        var account: AccountID { function?.account ?? layers[0].layer.account }
    }

    /// Reviews that wait; beyond them layers are not reviewed, because reviews are advice and may cost a second each.
    private static let capacity = 64
    /// Reviews of one account that wait: another one's come before its further ones.
    private static let mostWaiting = 8
    /// Reviews that are remembered.
    private static let mostReviewed = 10_000
    /// Findings of one review in the log.
    private static let mostFindings = 10

    init(layerStore: LayerStore, log: ServerLog) throws(SystemCallError) {
        (self.layerStore, self.log) = (layerStore, log)
        queue = try WorkQueue(name: "layer review", threadCount: 1, capacity: Self.capacity)
    }

    /// Reviews a version that was published, for what it says that it is for.
    func reviewPublication(of layer: Layer, _ runtimes: [RuntimeIdentifier], _ architectures: [Architecture]) {
        let targets = LayerTarget.all(runtimes.map(\.description), architectures.map(\.rawValue))
        submit([layer], for: targets, function: nil)
    }

    /// Reviews the layers of a function together.
    func reviewAttachment(
        of layers: [Layer], to function: FunctionID, _ runtime: RuntimeIdentifier?, _ architecture: Architecture
    ) {
        guard !layers.isEmpty else { return }
        submit(layers, for: [LayerTarget(runtime: runtime, architecture: architecture)], function: function)
    }

    /// Ends after the review under way; those that wait are left out.
    func stop() {
        state.withLock { $0.isStopped = true }
        queue.close()
    }

    private func submit(_ layers: [Layer], for targets: [LayerTarget], function: FunctionID?) {
        let subject = Subject(layers: layers.map(\.arn), targets: targets, function: function)
        let place = state.withLock { state -> Place in
            if state.reviewed.contains(subject) { return .known }
            guard state.waiting[subject.account, default: 0] < Self.mostWaiting else { return .none }
            if state.reviewed.count >= Self.mostReviewed { state.reviewed = [] }
            state.reviewed.insert(subject)
            state.waiting[subject.account, default: 0] += 1
            return .free
        }
        guard place != .known else { return }
        let isAccepted = place == .free && enqueue(subject, layers)
        if !isAccepted { log.info("A layer was not reviewed: too many wait", ["layer": .text("\(layers[0].arn)")]) }
    }

    private enum Place { case free, none, known }

    private func enqueue(_ subject: Subject, _ layers: [Layer]) -> Bool {
        let isAccepted = queue.submit { [self] in
            defer { finish(subject) }
            guard !state.withLock({ $0.isStopped }) else { return }
            do {
                try review(layers, for: subject.targets, function: subject.function)
            } catch {
                // The package may have been deleted since, or is damaged, which its own reader reports.
                log.debug("A layer was not reviewed", ["layer": .text("\(layers[0].arn)")])
            }
            // Files are read as a whole, into large buffers of this thread.
            HeapMemory.release()
        }
        if !isAccepted { finish(subject) }
        return isAccepted
    }

    private func finish(_ subject: Subject) {
        state.withLock { state in
            let rest = state.waiting[subject.account, default: 1] - 1
            state.waiting[subject.account] = rest > 0 ? rest : nil
        }
    }

    private func review(_ layers: [Layer], for targets: [LayerTarget], function: FunctionID?) throws {
        var contents: [LayerContents] = []
        for layer in layers {
            let zip = try layerStore.openZip(layer.package.digest)
            let path = "/proc/self/fd/\(zip.rawValue)"
            contents.append(try LayerContents(reading: path, called: "\(layer.arn)"))
        }
        var seen: Set<LayerFinding> = []
        let findings = targets.flatMap { LayerInspection.findings(in: contents, for: $0) }
            .filter { seen.insert($0).inserted }
        for finding in findings.prefix(Self.mostFindings) {
            log.warning(
                "A layer may not work",
                [
                    "layer": .text(finding.layer), "code": .text(finding.rule.code),
                    "function": function.map { .text("\($0)") }, "finding": .text(finding.message),
                ])
        }
    }
}

extension AttachedLayer {
    /// The layer as reviews take it.
    var reviewed: LayerReviewer.Layer { LayerReviewer.Layer(arn: arn, package: package) }
}
