internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Synchronization
internal import Telemetry

extension ExecutionEnvironment {
    /// An event as extensions get it.
    static func extensionEvent(of event: RuntimeInvocation) -> HTTPResponse {
        ExtensionEvent.invoke(
            requestID: event.requestID, functionARN: event.functionARN, traceID: event.traceID,
            deadlineMilliseconds: event.deadlineMilliseconds
        ).response(identifier: RequestIdentifier.make())
    }

    /// Answers a request of an extension, or keeps it.
    func serve(_ request: ExtensionRequest, _ exchange: HTTPExchange) -> (HTTPResponse?, Aftermath) {
        state.withLock { state in
            do throws(ExtensionFault) {
                return try serve(request, exchange, &state)
            } catch {
                return (error.response(), Aftermath())
            }
        }
    }

    private func serve(
        _ request: ExtensionRequest, _ exchange: HTTPExchange, _ state: inout State
    ) throws(ExtensionFault) -> (HTTPResponse?, Aftermath) {
        switch request {
        case .register(let name, let events, let wantsAccount):
            let identifier = RequestIdentifier.make()
            try state.extensions.register(name: name, events: events, identifier: identifier)
            startRuntimeIfReady(&state)
            return (registration(identifier, withAccount: wantsAccount), Aftermath())
        case .next(let identifier):
            return try next(identifier, exchange, &state)
        case .initError(let identifier, let errorType):
            try state.extensions.fail(identifier, state: "InitError", errorType: errorType)
            return (Self.accepted, failed(.extension("Extension.InitError", errorType), &state))
        case .exitError(let identifier, let errorType):
            try state.extensions.fail(identifier, state: "ExitError", errorType: errorType)
            return (Self.accepted, failed(.extension("Extension.ExitError", errorType), &state))
        case .subscribe(let identifier, let isLogs, let document):
            let name = try state.extensions.name(of: identifier)
            return (subscribe(name, isLogs ? .logs : .telemetry, document, &state), Aftermath())
        }
    }

    private static let accepted = HTTPResponse(
        status: 202, contentType: "application/json", text: #"{"status":"OK"}"#)

    private func next(
        _ identifier: String, _ exchange: HTTPExchange, _ state: inout State
    ) throws(ExtensionFault) -> (HTTPResponse?, Aftermath) {
        var aftermath = Aftermath()
        switch try state.extensions.next(identifier, exchange) {
        case .deliver(let event): return (event.response(identifier: RequestIdentifier.make()), aftermath)
        case .waitInsteadOf(let abandoned): aftermath.refuse([abandoned])
        case .wait: break
        }
        aftermath.add(goOn(nowNanoseconds: MonotonicClock.nowNanoseconds(), &state))
        return (nil, aftermath)
    }

    private func registration(_ identifier: String, withAccount: Bool) -> HTTPResponse {
        var fields = [
            ("functionName", revision.function.name.description),
            ("functionVersion", revision.version.description), ("handler", revision.handler),
        ]
        if withAccount { fields.append(("accountId", revision.function.account.description)) }
        return HTTPResponse(
            status: 200,
            headers: [("Content-Type", "application/json"), ("Lambda-Extension-Identifier", identifier)],
            body: .bytes(ExtensionRequest.document(fields)))
    }

    /// The runtime is started when every external extension has registered.
    private func startRuntimeIfReady(_ state: inout State) {
        guard state.extensions.areAllRegistered, state.lifecycle.extensionsRegistered() else { return }
        state.isRuntimeRunning = state.sandbox?.runCommand() ?? false
    }

    private func subscribe(
        _ name: String, _ interface: TelemetryInterface, _ document: [UInt8], _ state: inout State
    ) -> HTTPResponse {
        guard state.telemetry.isOpen, let sandbox = state.sandbox else {
            let isLogs = interface == .logs
            return ExtensionFault(
                isLogs ? "Logs.SubscriptionClosed" : "Telemetry.SubscriptionClosed",
                "\(isLogs ? "Logs" : "Telemetry") API subscription is closed already"
            ).response()
        }
        do throws(TelemetrySubscription.Fault) {
            let subscription = try TelemetrySubscription(document, versions: interface.schemaVersions)
            let ticket = state.telemetry.makeTicket()
            state.telemetry.subscribe(
                TelemetryChannel(
                    name: name, interface: interface, subscription: subscription, ticket: ticket,
                    sandbox: sandbox, loop: loop))
            emit(
                .subscription(
                    name: name, types: subscription.categories.map(\.rawValue), isLogs: interface == .logs), &state)
            return HTTPResponse(status: 200, contentType: "application/json", text: #""OK""#)
        } catch {
            return ExtensionFault("ValidationError", error.message).response(status: 400)
        }
    }

    /// A function with more extensions than it may have fails with the first that is too many.
    func refuseSurplus() -> Aftermath {
        state.withLock { state in
            guard revision.extensions.count > ExtensionLimits.extensions else { return Aftermath() }
            state.extensions.launchFailed(program: ExtensionLimits.extensions + 1, errorType: "TooManyExtensions")
            return failed(.extension("Extension.LaunchError", "ErrTooManyExtensions"), &state)
        }
    }

    /// Something has happened to the programs inside.
    func take(_ news: SandboxNews) -> Aftermath {
        state.withLock { state in
            switch news {
            case .exited(0, let exit): return runtimeEnded(runtimeFailure(exit), &state)
            case .exited(let program, let exit): return extensionEnded(program, exit, &state)
            case .unfit(0, let errno): return runtimeEnded(runtimeFailure(.unfit(errno: errno)), &state)
            case .unfit(let program, let errno):
                let name = state.extensions.name(ofProgram: program) ?? ""
                state.extensions.launchFailed(
                    program: program,
                    errorType: errno == RuntimeFailure.permissionDenied
                        ? "PermissionDenied" : "UnknownError")
                return failed(.extensionLaunch(name: name, errno: errno), &state)
            case .connected(let ticket, let descriptor):
                connected(ticket, descriptor, &state)
                return Aftermath()
            }
        }
    }

    private func connected(_ ticket: Int32, _ descriptor: Int32?, _ state: inout State) {
        if let channel = state.telemetry.channels.first(where: { $0.ticket == ticket }) {
            channel.connected(descriptor)
        } else if let descriptor {
            _ = FileDescriptor(owning: descriptor)
        }
    }

    private func runtimeEnded(_ failure: RuntimeFailure, _ state: inout State) -> Aftermath {
        // Without companions the runtime's end is the sandbox's, which is told of on its own.
        guard state.sandbox?.companionOutput != nil else { return Aftermath() }
        state.isRuntimeRunning = false
        if state.shutdown.hasBegun {
            return perform(state.shutdown.runtimeEnded(hasExternal: state.extensions.isAnyRunning), &state)
        }
        return failed(failure, &state)
    }

    private func extensionEnded(_ program: Int, _ exit: SandboxExit, _ state: inout State) -> Aftermath {
        var aftermath = Aftermath()
        if let waiter = state.extensions.exited(program: program) { aftermath.refuse([waiter]) }
        if state.shutdown.hasBegun {
            if !state.extensions.isAnyRunning { aftermath.add(perform(state.shutdown.extensionsEnded(), &state)) }
        } else {
            aftermath.add(failed(.extension("Extension.Crash", runtimeFailure(exit).exitWords), &state))
        }
        return aftermath
    }
}
