internal import AWSProtocol

/// Calls Lambda's API: of a Strata server, of AWS, or of anything that speaks it.
///
/// Answers stay documents of JSON: what this program does not know of a newer API, it passes on. Blocks.
public struct LambdaClient: Sendable {
    /// Sends a call, signed, and returns its answer of any status.
    public typealias Exchange = @Sendable (LambdaCall) throws -> LambdaAnswer

    private let exchange: Exchange
    let retries: CallRetries

    /// Makes a client.
    public init(retries: CallRetries, exchange: @escaping Exchange) {
        (self.retries, self.exchange) = (retries, exchange)
    }

    /// Sends a call, again where that may help, and decodes its answer.
    ///
    /// - Throws: ``LambdaRefusal``, or what the exchange throws.
    func send(_ call: LambdaCall) throws -> AWSValue {
        let answer = try retries.answer(of: call, exchange)
        guard (200..<300).contains(answer.status) else { throw LambdaRefusal(answer) }
        return answer.body.isEmpty ? .structure([:]) : try JSON.decode(answer.body)
    }

    /// Sends a call whose answer's body is no document, such as that of an invocation.
    func sendForAnswer(_ call: LambdaCall) throws -> LambdaAnswer {
        let answer = try retries.answer(of: call, exchange)
        guard (200..<300).contains(answer.status) else { throw LambdaRefusal(answer) }
        return answer
    }

    /// What a call gives; `nil` where the resource that it asks for does not exist.
    func absentAsNil<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch let refusal as LambdaRefusal where refusal.code == "ResourceNotFoundException" {
            return nil
        }
    }

    /// All pages of a list.
    ///
    /// - Parameter member: the list in each page.
    func pages(
        _ member: String, at path: String, _ query: [(name: String, value: String)] = []
    ) throws -> [AWSValue] {
        var values: [AWSValue] = []
        var marker: String?
        repeat {
            let page = try send(LambdaCall("GET", path, query: query + (marker.map { [("Marker", $0)] } ?? [])))
            values += page.elements(member)
            marker = page.string("NextMarker")
        } while marker != nil
        return values
    }
}

/// A call of Lambda's API.
public struct LambdaCall: Sendable {
    /// The method.
    public let method: String
    /// The path, percent-encoded: `/2015-03-31/functions/NAME`.
    public let path: String
    /// The query's parameters, not encoded.
    public let query: [(name: String, value: String)]
    /// Headers of its own.
    public var headers: [(name: String, value: String)] = []
    /// The body; `nil` for none.
    public let body: [UInt8]?
    /// Whether it may be sent again when it is not known whether it was carried out.
    public let isRepeatable: Bool

    init(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], body: AWSValue? = nil,
        isRepeatable: Bool = true
    ) {
        self.init(method, path, query: query, bytes: body.map { JSON.encode($0) }, isRepeatable: isRepeatable)
    }

    init(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], bytes: [UInt8]?,
        isRepeatable: Bool
    ) {
        (self.method, self.path, self.query) = (method, path, query)
        (body, self.isRepeatable) = (bytes, isRepeatable)
    }
}

/// An answer of Lambda's API.
public struct LambdaAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The body.
    public let body: [UInt8]
    /// The value of a header, by its name in any case.
    public let header: @Sendable (String) -> String?

    /// Describes an answer.
    public init(status: Int, body: [UInt8], header: @escaping @Sendable (String) -> String?) {
        (self.status, self.body, self.header) = (status, body, header)
    }
}

/// An error that the API answered.
public struct LambdaRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The HTTP status.
    public let status: Int
    /// The error's name, such as `ResourceNotFoundException`; empty where the answer has none.
    public let code: String
    /// The message; empty where the answer has none.
    public let message: String

    private init(status: Int, code: String, message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    /// That a function's last change is in progress: what its settings say, as a call would be refused for it.
    static func inProgress(_ function: String) -> LambdaRefusal {
        LambdaRefusal(
            status: 409, code: "ResourceConflictException",
            message: "The last change of \(function) is in progress and has not taken effect")
    }

    init(_ answer: LambdaAnswer) {
        status = answer.status
        // An answer that is not JSON is another server's; its status is told.
        let document = try? JSON.decode(answer.body)
        let name = answer.header("x-amzn-ErrorType") ?? document?.string("__type") ?? document?.string("Code") ?? ""
        code = String(name.split(separator: ":").first?.split(separator: "#").last ?? "")
        message = document?.string("message") ?? document?.string("Message") ?? ""
    }

    /// Whether it is because a function's last change has not taken effect yet.
    var isForNow: Bool {
        code == "ResourceConflictException" && (message.contains("in progress") || message.contains("Pending"))
    }

    /// `ResourceNotFoundException: Function not found: …`.
    public var description: String {
        [code, message.isEmpty ? "the server answered with status \(status)" : message].filter { !$0.isEmpty }
            .joined(separator: ": ")
    }
}

/// Something on the server that is not as it has to be.
public struct LambdaFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What, as a sentence without a full stop.
    public let description: String

    init(_ description: String) { self.description = description }
}
