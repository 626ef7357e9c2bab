internal import Domain
internal import HTTP
internal import PostgreSQL
internal import ServiceKit
internal import Telemetry

// Episodes in which the server does less than it was asked for: one message at the begin, one at the end.
extension ServerLog {
    /// Logs that lines of functions' logs are lost, or are written again.
    func note(_ loss: LogLoss) {
        switch loss {
        case .began(let lines, let cause):
            warning(
                "Functions' logs cannot be written; their lines are dropped", ["lines": .integer(lines)], cause: cause)
        case .ended(let lines):
            warning("Functions' logs are written again", ["dropped_lines": .integer(lines)])
        }
    }

    /// Logs that connections are refused, or are accepted again.
    func note(_ refusal: ConnectionRefusal) {
        switch refusal {
        case .began(.client):
            warning(
                "All connections are taken: new ones take the place of idle ones, or are refused",
                ["from": Self.name(of: .client)])
        case .began(.origin):
            warning("Connections are refused: there are as many as the limit allows", ["from": Self.name(of: .origin)])
        case .ended(let peer, let count):
            warning(
                "Connections are accepted again", ["from": Self.name(of: peer), "refused": .integer(count)])
        }
    }

    /// Logs that a program in an environment spoke as its first process.
    func noteForgery(by function: FunctionID) {
        error(
            "A function attacked its sandbox, which was ended: a message of its first process was forged",
            ["function": .text("\(function)")])
    }

    /// Logs that the database is away, or is back.
    func note(_ event: PostgreSQLEvent) {
        switch event {
        case .lost(let error):
            warning("The database is away; calls that need it fail until it is back", cause: error)
        case .regained: warning("The database is back")
        }
    }

    private static func name(of peer: ConnectionRefusal.Peer) -> LogValue {
        .text(peer == .client ? "clients" : "functions")
    }
}
