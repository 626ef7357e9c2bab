internal import HTTPClient

/// `strata metrics`: the server's figures for Prometheus.
enum MetricsCommand {
    static let command = Command(
        name: "metrics",
        summary: "Print the server's metrics as Prometheus reads them.",
        details: """
            The same text as at /_strata/metrics. Prometheus does not sign what it asks for: for a server with --auth
            write this text to a file of its node exporter's textfile collector, every few seconds.
            """,
        options: [ServerConnection.endpoint.description],
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let answer = try server.send("GET", "/_strata/metrics")
            guard answer.head.status == 200 else { throw ServerError(answer, server.endpoint) }
            let text = String(decoding: answer.body, as: UTF8.self)
            console.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
            return 0
        })
}
