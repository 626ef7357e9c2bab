internal import HTTPClient

/// `strata metrics`: the server's metrics in Prometheus's text format.
enum MetricsCommand {
    static let command = Command(
        name: "metrics",
        summary: "Print the server's metrics in Prometheus's text format.",
        details: """
            The same text as GET /_strata/metrics. Prometheus cannot sign requests: for a server with --auth, write
            this text to a file of the node exporter's textfile collector every few seconds.
            """,
        options: [] + ServerConnection.options,
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let response = try server.send("GET", "/_strata/metrics")
            guard response.head.status == 200 else { throw ServerError(response, server.endpoint) }
            let text = String(decoding: response.body, as: UTF8.self)
            console.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
            return 0
        })
}
