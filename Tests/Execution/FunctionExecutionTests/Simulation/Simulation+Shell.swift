import RuntimeAPI
import Sandbox
import Scheduler
import SeededRandom
import Telemetry

@testable import FunctionExecution

// The shell of an environment: performs one action, and looks whether it may.
extension Simulation {
    mutating func perform(_ environment: Environment) throws {
        guard let action = environment.nextPending() else { return }
        event += 1
        reached?.insert("\(action)".prefix { $0.isLetter })
        if try isDefective(action, environment) { return }
        switch action {
        case .makeSandbox:
            try Violation.unless(
                environment.making == .none && environment.sandbox == nil, "a sandbox was made beside another")
            environment.making = .queued
        case .attach(let number): try attach(number, environment)
        case .startRuntime: environment.sandbox?.runtime = .working
        case .terminateProgram, .killProgram, .killSandbox: end(action, environment)
        case .freeze: try freeze(environment)
        case .thaw:
            let isStopped = environment.sandbox.map { $0.isFrozen || $0.hasEnded } ?? true
            try Violation.unless(isStopped, "what is not frozen was thawed")
            environment.sandbox?.isFrozen = false
        case .hangUpConnections:
            try Violation.unless(environment.sandbox?.hasEnded == true, "connections of a living sandbox were closed")
        case .releaseSandbox: try release(environment)
        case .respond(let waiter, let answer): try respond(waiter, answer, environment)
        case .complete(let invocation, let outcome):
            if case .answered = outcome, invocation.waitsForLog {
                try Violation.unless(
                    environment.undrained != invocation.number, "an answer came before what its handler printed")
            }
            try self.answer(invocation)
        case .handBack(let invocation): invoke(invocation)
        case .setTimer(let timer, let deadline):
            try Violation.unless(!environment.isGone, "an environment that is gone has a timer")
            environment.timers[timer.kind] = (timer, deadline)
        case .cancelTimer(let kind): environment.timers[kind] = nil
        case .noteStarted, .noteReady, .noteIdle, .noteLeaving, .noteGone: tellScheduler(action, environment)
        case .drain(.function, _): (environment.isUndrained, environment.undrained) = (false, nil)
        case .log(.start(let requestID, _, _)):
            try Violation.unless(environment.started == nil, "an invocation started before the last one was reported")
            environment.started = requestID
        case .report(let report, _):
            try Violation.unless(environment.started == report.requestID, "a report has no start")
            let isDrained = environment.undrained.map { "\($0)" } != report.requestID
            try Violation.unless(isDrained, "a report came before what its handler printed")
            environment.started = nil
        case .applyCPUShare, .drain(.extensions, _), .endLine, .log, .logRefusedCall, .explainRefusedCalls,
            .reportForgery, .resetLogTail, .flushLog, .flushLogForReader,
            .subscribe, .connected, .closeSubscriptions, .flushTelemetry, .resetTelemetry:
            break
        }
        try forgetIfGone(environment)
    }

    private mutating func attach(_ number: Int, _ environment: Environment) throws {
        try Violation.unless(environment.sandbox == nil, "a sandbox has taken the place of another")
        if happens(10), !isCalm {
            environment.pending += environment.machine.sandboxFailed(Violation(description: "no descriptors"))
            return
        }
        let count = environment.version.extensions.count + (environment.version.hasInternalExtension ? 1 : 0)
        environment.sandbox = SimulatedSandbox(
            number: number, runtime: environment.version.extensions.isEmpty ? .working : .absent,
            extensions: .init(repeating: .working, count: count), identifiers: .init(repeating: nil, count: count))
    }

    private func end(_ action: Action, _ environment: Environment) {
        guard environment.sandbox?.hasEnded == false else { return }
        switch action {
        case .terminateProgram(0), .killProgram(0): environment.sandbox?.runtime.die()
        case .terminateProgram(let program), .killProgram(let program):
            environment.sandbox?.extensions[program - 1].die()
        default: environment.sandbox?.isKilled = true
        }
    }

    private func freeze(_ environment: Environment) throws {
        guard let sandbox = environment.sandbox, !sandbox.hasEnded else { return }
        if case .invoked = sandbox.runtime { throw Violation(description: "a runtime at work was frozen") }
        environment.sandbox?.isFrozen = true
    }

    private func release(_ environment: Environment) throws {
        if let sandbox = environment.sandbox {
            try Violation.unless(sandbox.hasEnded, "a sandbox was closed before its end")
            try Violation.unless(!environment.isUndrained, "a sandbox was closed before it was drained")
        }
        try Violation.unless(environment.waiters.isEmpty, "a question of an ended sandbox has no answer")
        environment.sandbox = nil
    }

    private mutating func respond(_ waiter: Int, _ answer: EnvironmentAnswer, _ environment: Environment) throws {
        try Violation.unless(environment.waiters.remove(waiter) != nil, "a question was answered twice")
        guard var sandbox = environment.sandbox, !sandbox.hasEnded else { return }
        defer { environment.sandbox = sandbox }
        if case .invocation(let event) = answer, let number = Int(event.requestID) {
            try Violation.unless(!sandbox.isFrozen, "a frozen runtime was given an invocation")
            try Violation.unless(
                unanswered.contains(number), "an invocation that has its answer was given to a runtime")
            // A question that its runtime has given up takes the invocation with it, until its time-out.
            if sandbox.runtime == .asking(waiter: waiter) { sandbox.runtime = .invoked(number) }
            return
        }
        if sandbox.runtime == .asking(waiter: waiter) { sandbox.runtime = .working }
        for index in sandbox.extensions.indices where sandbox.extensions[index] == .asking(waiter: waiter) {
            sandbox.extensions[index] = .working
        }
        if case .registered(let identifier, _) = answer, let index = sandbox.identifiers.firstIndex(of: "asked") {
            sandbox.identifiers[index] = identifier
        }
    }

    private mutating func tellScheduler(_ action: Action, _ environment: Environment) {
        switch action {
        case .noteStarted: scheduler.environmentStarted(environment.id)
        case .noteReady: take(scheduler.environmentReady(environment.id, nowNanoseconds: now))
        case .noteIdle: take(scheduler.environmentFinished(environment.id, nowNanoseconds: now))
        case .noteLeaving:
            environment.isLeaving = true
            take(scheduler.environmentLeaving(environment.id, nowNanoseconds: now).actions)
        default:
            environment.isGone = true
            environments[environment.id] = nil
            take(scheduler.environmentEnded(environment.id, nowNanoseconds: now).actions)
        }
    }

    /// What has to be over when an environment has performed its last action.
    private mutating func forgetIfGone(_ environment: Environment) throws {
        guard environment.isGone, !environment.hasPending else { return }
        try Violation.unless(environment.timers.isEmpty, "an environment that is gone has a timer")
        try Violation.unless(environment.sandbox == nil, "an environment that is gone has a sandbox")
        try Violation.unless(environment.waiters.isEmpty, "a question was never answered")
        try Violation.unless(environment.started == nil, "an invocation that started was never reported")
        all.removeAll { $0 === environment }
    }

    /// What a broken shell does instead, where the simulation is to find that out.
    private mutating func isDefective(_ action: Action, _ environment: Environment) throws -> Bool {
        guard let defect else { return false }
        switch (defect, action) {
        case (.losesCompletions, .complete): return happens(50)
        case (.answersTwice, .complete(let invocation, _)): try answer(invocation)
        case (.forgetsTheEnd, .noteGone): return happens(200)
        case (.answersBeforeDraining, .drain(.function, _)): return happens(50)
        case (.freezesWithoutThawing, .thaw): return happens(200)
        case (.leavesSandboxes, .releaseSandbox): return happens(200)
        case (.keepsTimers, .cancelTimer): return happens(50)
        case (.dropsQuestions, .respond): return happens(50)
        case (.losesHandedBack, .handBack): return true
        case (.startsTooMany, .noteLeaving): environment.isGone = false; return try endTooEarly(environment)
        default: break
        }
        return false
    }

    /// The scheduler hears that nothing is left of an environment whose sandbox still runs.
    private mutating func endTooEarly(_ environment: Environment) throws -> Bool {
        take(scheduler.environmentEnded(environment.id, nowNanoseconds: now).actions)
        return true
    }
}

extension SimulatedProgram {
    /// A signal was sent.
    mutating func die() {
        if self != .absent, self != .ended { self = .dying }
    }
}
