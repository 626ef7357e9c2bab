import Telemetry

@testable import AWSProtocol

/// What requests have beside documents: forms, queries and paths.
extension FuzzTarget {
    /// A form is a tree of its parameters, and decodes by schema in both styles; parameters survive encoding.
    static let query = FuzzTarget("query") { input in
        let request = AWSRequest(method: "POST", rawPath: "/", body: Array(input))
        guard let query = String(validating: input, as: UTF8.self).flatMap({ QueryString($0) }) else {
            let form = try? QueryForm(request)  // the error does not matter
            return try expect(form == nil, "a form is read of a query that is none")
        }
        let pairs = query.items.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        try expect(QueryString(pairs.joined(separator: "&")) == query, "\(query.items) are read as others")
        let form: QueryForm
        do throws(AWSError) { form = try QueryForm(request) } catch {
            return try expect(error.status == 400, "the error is \(error)")
        }
        for style in [QueryDecoder.Style.query, .ec2] {
            do throws(AWSError) {
                _ = try QueryDecoder.decode(form, as: SampleSchema.everything, style: style)
            } catch {
                try expect(error.status == 400, "the error is \(error)")
            }
        }
    }

    /// A method, a path and a query: what is routed is routed there again by its template.
    static let router = FuzzTarget("router") { input in
        let words = String(decoding: input, as: UTF8.self).split(separator: " ", maxSplits: 1)
        let target = (words.last ?? "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let (method, query) = (String(words.first ?? ""), target.count > 1 ? String(target[1]) : "")
        let path = String(target.first ?? "")
        _ = CBORPath(path)
        guard case .operation(let operation, let labels) = routes.match(method: method, rawPath: path, rawQuery: query)
        else { return }
        // A template's path has no empty segments, which a greedy label may have.
        guard labels.values.allSatisfy({ !$0.contains("/") && !$0.isEmpty }) else { return }
        let again = URITemplate(operation.uri).path(labels: labels).split(separator: "?", maxSplits: 1)
        guard
            case .operation(let other, let same) = routes.match(
                method: method, rawPath: String(again.first ?? ""), rawQuery: again.count > 1 ? String(again[1]) : query
            )
        else { throw FuzzFinding("\(again) is not routed") }
        try expect(other.name == operation.name && same == labels, "\(again) is routed to \(other.name), \(same)")
    }

    private static let routes = Router(
        [
            ("List", "GET", "/things"), ("Make", "POST", "/things"), ("Get", "GET", "/things/{Name}"),
            ("Version", "GET", "/things/{Name}/versions/{Number}"), ("Find", "GET", "/things?find=Thing"),
            ("Tag", "POST", "/tags/{Resource}"), ("Key", "GET", "/{Bucket}/{Key+}"), ("Root", "GET", "/"),
            ("Acl", "GET", "/{Bucket}/{Key+}?acl"), ("Policy", "GET", "/names/{Name+}/policy"),
        ].map { name, method, uri in
            OperationDescriptor(
                name, method: method, uri: uri, status: 200, input: NoMembers.schema, output: NoMembers.schema)
        })

    /// An extension's subscription to telemetry: what is accepted is within its bounds, and its path ends no line of
    /// the request that it becomes a part of.
    static let subscription = FuzzTarget("subscription") { input in
        let serverPorts: Set<UInt16> = [9001, 4566]
        let read: TelemetrySubscription
        do throws(TelemetrySubscription.Fault) {
            read = try TelemetrySubscription(
                Array(input), versions: ["2022-12-13", "2021-03-18"], serverPorts: serverPorts)
        } catch {
            return try expect(!error.message.isEmpty, "a refusal has no message")
        }
        try expect(
            read.destination.port > 0 && !serverPorts.contains(read.destination.port),
            "the port is \(read.destination.port)")
        try expect(1_000...10_000 ~= read.maxItems, "a batch has \(read.maxItems) events")
        try expect(262_144...1_048_576 ~= read.maxBytes, "a batch has \(read.maxBytes) bytes")
        try expect(25...30_000 ~= read.timeoutMilliseconds, "events wait for \(read.timeoutMilliseconds) ms")
        guard case .http(_, let path, let method) = read.destination else { return }
        let isTarget = path.utf8.first == UInt8(ascii: "/") && path.utf8.allSatisfy { (33...126).contains($0) }
        try expect(isTarget && ["POST", "PUT"].contains(method), "the request is '\(method) \(path)'")
    }

    /// Dates of every format: what is read is formatted, and read as the same.
    static let date = FuzzTarget("date") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        guard let moment = Timestamp(parsing: text) else { return }
        for format in [Timestamp.Format.epochSeconds, .iso8601, .httpDate] {
            let written = moment.formatted(format)
            guard let again = Timestamp(parsing: written) else { throw FuzzFinding("'\(written)' is no date") }
            try expect(again.formatted(format) == written, "'\(written)' is read as '\(again.formatted(format))'")
        }
    }
}
