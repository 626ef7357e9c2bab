/// The extensions of one environment, and where each stands in its conversation with the extensions API. A pure value.
///
/// External extensions are known from the start, by the names of their files; internal ones register from within the
/// runtime. Registration ends when the runtime asks for its first event.
public struct ExtensionSession<Waiter: Sendable>: Sendable {
    private enum State {
        /// Its process was started. → registered.
        case launched
        /// It is known, and has not asked for an event yet. → waiting.
        case registered
        /// It has asked, and waits. → working.
        case waiting(Waiter)
        /// It was given an event and has not asked for another yet. → waiting.
        case working
        /// It could not be started, or said that it failed.
        case failed(String, errorType: String)
        /// Its process has ended.
        case exited

        /// The state as AWS's log lines name it, and the error's type.
        var words: (state: String, errorType: String?) {
            switch self {
            case .launched: ("Started", nil)
            case .registered: ("Registered", nil)
            case .waiting: ("Ready", nil)
            case .working: ("Running", nil)
            case .failed(let state, let errorType): (state, errorType)
            case .exited: ("Exited", nil)
            }
        }
    }

    private struct Member {
        let name: String
        /// The number of its process; `nil` for one that lives in the runtime's.
        let program: Int?
        var identifier: String?
        var events: [ExtensionEventKind] = []
        var state: State
        /// Whether it has a process, and that has not ended.
        var isRunning: Bool

        var waiter: Waiter? {
            if case .waiting(let waiter) = state { waiter } else { nil }
        }

        func listens(to event: ExtensionEventKind) -> Bool { events.contains(event) }
    }

    /// What a question of an extension leads to.
    public enum NextOutcome: Sendable {
        /// Keep it: nothing has happened yet.
        case wait
        /// Keep it in place of an older one, which is to be refused.
        case waitInsteadOf(Waiter)
        /// Answer it with this.
        case deliver(ExtensionEvent)
    }

    /// How an extension stands, for a line of the log.
    public struct Standing: Hashable, Sendable {
        /// The name.
        public let name: String
        /// `Ready`, `Registered`, `LaunchError` and so on.
        public let state: String
        /// What it registered for.
        public let events: [ExtensionEventKind]
        /// What is wrong with it.
        public let errorType: String?
    }

    private var members: [Member]
    private var isRegistrationOpen = true
    private var ending: ExtensionEvent?

    /// The extensions whose processes are started, in the order of their programs, which count from 1.
    public init(external names: [String]) {
        members = names.enumerated().map { Member(name: $1, program: $0 + 1, state: .launched, isRunning: true) }
    }

    /// Whether there are none.
    public var isEmpty: Bool { members.isEmpty }

    /// Whether any has a process of its own.
    public var hasExternal: Bool { members.contains { $0.program != nil } }

    /// Whether every external extension has registered: the runtime may start.
    public var areAllRegistered: Bool { !members.contains { if case .launched = $0.state { true } else { false } } }

    /// Whether every extension has asked for its first event: the init phase may end.
    public var areAllReady: Bool { members.allSatisfy { $0.waiter != nil } }

    /// Whether every extension that got the invocation has polled again: it may end.
    public var areDone: Bool { members.allSatisfy { !$0.listens(to: .invoke) || $0.waiter != nil } }

    /// How each stands.
    public var standings: [Standing] {
        members.map { member in
            let (state, errorType) = member.state.words
            return Standing(name: member.name, state: state, events: member.events, errorType: errorType)
        }
    }

    /// An extension makes itself known.
    ///
    /// - Parameter identifier: what it is known by from now on, a UUID.
    public mutating func register(
        name: String, events names: [String], identifier: String
    ) throws(ExtensionFault) {
        let position = members.firstIndex { $0.name == name && $0.program != nil }
        var events: [ExtensionEventKind] = []
        for name in names {
            guard let event = ExtensionEventKind(rawValue: name), position != nil || event != .shutdown else {
                throw .invalidEvent(name, isInternal: position == nil)
            }
            events.append(event)
        }
        let index: Int
        if let position { index = position } else { index = try addInternal(name) }
        guard case .launched = members[index].state else {
            throw .wrongState(name, from: members[index].state.words.state, to: "Registered")
        }
        members[index].identifier = identifier
        members[index].events = events
        members[index].state = .registered
    }

    private mutating func addInternal(_ name: String) throws(ExtensionFault) -> Int {
        guard isRegistrationOpen else { throw .registrationClosed }
        guard members.count < ExtensionLimits.extensions else { throw .tooMany }
        guard !members.contains(where: { $0.name == name }) else { throw .nameTaken }
        members.append(Member(name: name, program: nil, state: .launched, isRunning: false))
        return members.count - 1
    }

    /// The runtime has asked for its first event: registration is closed.
    public mutating func closeRegistration() { isRegistrationOpen = false }

    /// The name of an extension.
    public func name(of identifier: String) throws(ExtensionFault) -> String {
        members[try index(of: identifier)].name
    }

    /// The name of the extension with a process.
    public func name(ofProgram program: Int) -> String? { members.first { $0.program == program }?.name }

    /// An extension asks for an event.
    public mutating func next(_ identifier: String, _ waiter: Waiter) throws(ExtensionFault) -> NextOutcome {
        let index = try index(of: identifier)
        switch members[index].state {
        case .registered, .working:
            if let ending, members[index].listens(to: .shutdown) {
                members[index].state = .working
                return .deliver(ending)
            }
            members[index].state = .waiting(waiter)
            return .wait
        case .waiting(let abandoned):
            members[index].state = .waiting(waiter)
            return .waitInsteadOf(abandoned)
        case .launched, .failed, .exited:
            throw .wrongState(identifier, from: members[index].state.words.state, to: "Ready")
        }
    }

    /// An extension says that it cannot go on.
    public mutating func fail(
        _ identifier: String, state: String, errorType: String
    ) throws(ExtensionFault) {
        let index = try index(of: identifier)
        switch members[index].state {
        case .registered, .waiting, .working: members[index].state = .failed(state, errorType: errorType)
        case .launched, .failed, .exited:
            throw .wrongState(identifier, from: members[index].state.words.state, to: state)
        }
    }

    /// The process of an extension could not be started.
    public mutating func launchFailed(program: Int, errorType: String) {
        guard let index = members.firstIndex(where: { $0.program == program }) else { return }
        members[index].isRunning = false
        members[index].state = .failed("LaunchError", errorType: errorType)
    }

    /// The process of an extension has ended.
    ///
    /// - Returns: its question, to be refused.
    public mutating func exited(program: Int) -> Waiter? {
        guard let index = members.firstIndex(where: { $0.program == program }) else { return nil }
        defer { members[index].state = .exited }
        members[index].isRunning = false
        guard case .waiting(let waiter) = members[index].state else { return nil }
        return waiter
    }

    /// An invocation begins.
    ///
    /// - Returns: the questions that are answered with it.
    public mutating func invoke() -> [Waiter] { release(listeningTo: .invoke) }

    /// The environment ends, and the runtime is gone already.
    ///
    /// - Returns: the questions that are answered with the event, and the processes that want no event and are ended.
    public mutating func shutdown(_ event: ExtensionEvent) -> (waiters: [Waiter], ended: [Int]) {
        ending = event
        let silent = members.filter { $0.isRunning && !$0.listens(to: .shutdown) }.compactMap(\.program)
        return (release(listeningTo: .shutdown), silent)
    }

    /// Whether a process of an extension still runs.
    public var isAnyRunning: Bool { members.contains(where: \.isRunning) }

    /// The environment is gone.
    ///
    /// - Returns: the questions that wait, to be refused.
    public mutating func close() -> [Waiter] {
        let waiters = members.compactMap(\.waiter)
        for index in members.indices {
            members[index].state = .exited
            members[index].isRunning = false
        }
        return waiters
    }

    private mutating func release(listeningTo event: ExtensionEventKind) -> [Waiter] {
        var waiters: [Waiter] = []
        for index in members.indices where members[index].listens(to: event) {
            guard let waiter = members[index].waiter else { continue }
            waiters.append(waiter)
            members[index].state = .working
        }
        return waiters
    }

    private func index(of identifier: String) throws(ExtensionFault) -> Int {
        guard let index = members.firstIndex(where: { $0.identifier == identifier }) else { throw .unknown(identifier) }
        return index
    }
}
