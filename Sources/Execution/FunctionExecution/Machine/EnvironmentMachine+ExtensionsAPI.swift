internal import RuntimeAPI
internal import Sandbox
internal import Telemetry

extension EnvironmentMachine {
    /// A request of an extension, which every path answers: at once, or, where it asks for the next event, later.
    ///
    /// - Parameter identifier: what the extension is known by where it registers with this, a new UUID.
    mutating func serve(
        _ request: ExtensionRequest, _ waiter: Waiter, newIdentifier identifier: @autoclosure () -> String,
        at now: Moment
    ) -> [Action] {
        switch phase {
        case .making, .gone:
            // A request from a sandbox that has ended, whose connections are being closed. A registration from there
            // would take the name of an extension in the next sandbox.
            add(.respond(waiter, .gone))
            return takeActions()
        default: break
        }
        do throws(ExtensionFault) {
            switch request {
            case .register(let name, let events, let wantsAccount):
                let identifier = identifier()
                try extensions.register(name: name, events: events, identifier: identifier)
                startRuntimeIfReady()
                add(.respond(waiter, .registered(identifier: identifier, withAccount: wantsAccount)))
            case .next(let identifier):
                try next(identifier, waiter, at: now)
            case .initError(let identifier, let errorType):
                try extensions.fail(identifier, state: "InitError", errorType: errorType)
                add(.respond(waiter, .accepted))
                fail(.extension("Extension.InitError", errorType), at: now)
            case .exitError(let identifier, let errorType):
                try extensions.fail(identifier, state: "ExitError", errorType: errorType)
                add(.respond(waiter, .accepted))
                fail(.extension("Extension.ExitError", errorType), at: now)
            case .subscribe(let identifier, let isLogs, let document):
                let name = try extensions.name(of: identifier)
                subscribe(name, isLogs ? .logs : .telemetry, document, waiter)
            }
        } catch {
            add(.respond(waiter, .fault(error)))
        }
        return takeActions()
    }

    private mutating func next(_ identifier: String, _ waiter: Waiter, at now: Moment) throws(ExtensionFault) {
        switch try extensions.next(identifier, waiter) {
        case .deliver(let event): return add(.respond(waiter, .event(event)))
        case .waitInsteadOf(let abandoned): add(.respond(abandoned, .gone))
        case .wait: break
        }
        completePhaseIfReady(at: now)
    }

    /// The runtime is started when every external extension has registered.
    private mutating func startRuntimeIfReady() {
        guard case .registering(let run) = phase, extensions.areAllRegistered else { return }
        phase = .initialising(run)
        add(.startRuntime)
    }

    /// Subscriptions are taken until the init phase is over.
    private mutating func subscribe(
        _ name: String, _ interface: TelemetryInterface, _ document: [UInt8], _ waiter: Waiter
    ) {
        guard initRun != nil else {
            let api = interface == .logs ? "Logs" : "Telemetry"
            let fault = ExtensionFault("\(api).SubscriptionClosed", "\(api) API subscription is closed already")
            return add(.respond(waiter, .fault(fault)))
        }
        do throws(TelemetrySubscription.Fault) {
            let subscription = try TelemetrySubscription(
                document, versions: interface.schemaVersions, serverPorts: description.serverPorts)
            lastTicket &+= 1
            add(
                .subscribe(
                    TelemetryRegistration(
                        name: name, interface: interface, subscription: subscription, ticket: lastTicket)))
            let types = subscription.categories.map(\.rawValue)
            add(.log(.subscription(name: name, types: types, isLogs: interface == .logs)))
            add(.respond(waiter, .subscribed))
        } catch {
            add(.respond(waiter, .fault(ExtensionFault("ValidationError", error.message), status: 400)))
        }
    }

    /// Something has happened to the programs inside of the sandbox.
    mutating func programChanged(_ event: SandboxEvent, at now: Moment) -> [Action] {
        switch event {
        case .exited(0, let exit): runtimeEnded(failure(of: exit), at: now)
        case .exited(let program, let exit): extensionEnded(program, exit, at: now)
        case .notExecutable(0, let errno): runtimeEnded(failure(of: .notExecutable(errno: errno)), at: now)
        case .notExecutable(let program, let errno): extensionNotExecutable(program, errno: errno, at: now)
        case .connected(let ticket, let descriptor): add(.connected(ticket: ticket, descriptor))
        case .callRefused(let call, let isPerformed): add(.logRefusedCall(call, isPerformed: isPerformed))
        case .forged:
            // The sandbox's end follows.
            add(.log(.fault("Strata: this environment is ended: a program in it spoke as its first process.")))
            add(.reportForgery)
        }
        return takeActions()
    }

    private mutating func runtimeEnded(_ failure: RuntimeFailure, at now: Moment) {
        // Without external extensions the runtime's end is the sandbox's, which is reported on its own.
        guard !description.extensions.isEmpty else { return }
        if isShuttingDown {
            advanceShutdown(at: now) { $0.runtimeEnded(hasExternal: $1) }
        } else {
            fail(failure, runtimeHasEnded: true, at: now)
        }
    }

    private mutating func extensionEnded(_ program: Int, _ exit: SandboxExit, at now: Moment) {
        if let waiter = extensions.exited(program: program) { add(.respond(waiter, .gone)) }
        extensionFailed(.extension("Extension.Crash", failure(of: exit).exitWords), at: now)
    }

    private mutating func extensionNotExecutable(_ program: Int, errno: Int32, at now: Moment) {
        let name = extensions.name(ofProgram: program) ?? ""
        let isDenied = errno == RuntimeFailure.permissionDenied
        extensions.launchFailed(program: program, errorType: isDenied ? "PermissionDenied" : "UnknownError")
        extensionFailed(.extensionLaunch(name: name, errno: errno), at: now)
    }

    private mutating func extensionFailed(_ failure: RuntimeFailure, at now: Moment) {
        guard isShuttingDown else { return fail(failure, at: now) }
        if !extensions.isAnyRunning { advanceShutdown(at: now) { sequence, _ in sequence.extensionsEnded() } }
    }

    /// The runtime or an extension has failed: the init phase or the invocation fails, and the environment ends.
    mutating func fail(_ failure: RuntimeFailure, runtimeHasEnded: Bool = false, at now: Moment) {
        switch phase {
        case .registering(let run), .initialising(let run):
            if failure.mayComeOfARefusedCall { add(.explainRefusedCalls) }
            failInit(run, InitFailure(failure), runtimeHasEnded: runtimeHasEnded, at: now)
        case .idle, .frozen, .assigned, .running, .answered:
            failServing(failure, isRuntimeRunning: !runtimeHasEnded, at: now)
        case .making, .resetting, .shuttingDown, .gone: break
        }
    }

    private mutating func failServing(_ failure: RuntimeFailure, isRuntimeRunning: Bool, at now: Moment) {
        add(.drain(.function))
        add(.drain(.extensions))
        if failure.mayComeOfARefusedCall { add(.explainRefusedCalls) }
        var unseen: Invocation?
        var completion: Completion?
        switch job {
        // The environment had worked before, so that its end is not the fault of this invocation.
        case .assigned(let invocation): unseen = invocation
        case let job?: completion = fail(job, with: .failure(failure), at: now)
        case nil: break
        }
        cancelTimer(.invocation)
        add(.noteLeaving)
        complete(completion)
        phase = .shuttingDown(beginShutdown(.failure, isRuntimeRunning: isRuntimeRunning, at: now), nil)
        if let unseen { add(.handBack(unseen)) }
    }

    /// How the runtime has failed by ending so. A custom runtime that is not there has a name of its own.
    func failure(of exit: SandboxExit) -> RuntimeFailure {
        if case .notExecutable = exit, description.entrypoint == nil { return .noBootstrap }
        return RuntimeFailure(exit, entrypoint: description.entrypoint ?? "")
    }
}
