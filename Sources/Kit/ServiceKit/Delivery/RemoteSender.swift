package import AWSClient
internal import Catalog
internal import Domain
internal import HTTPClient
package import LinuxSystem
internal import SignatureV4

/// Sends messages to services of other servers, whose endpoints are configured.
package final class RemoteSender: MessageSender {
    private let http: HTTPClient
    private let clients: [MessageService: ServiceClient]
    private let credentials: ForeignCredentials
    /// Calls block while another server answers.
    private let queue: WorkQueue

    /// Concurrent calls: a slow service must not delay all others.
    private static let callsAtOnce = 4
    /// Queued calls. Messages beyond it stay in the event queue, and are retried.
    private static let queueCapacity = 256

    /// Makes a sender for some services; opens no connection yet.
    package init(
        _ services: [MessageService: ServiceSettings], credentials: ForeignCredentials
    ) throws(SystemCallError) {
        self.credentials = credentials
        let http = HTTPClient(certificateAuthorities: services.values.lazy.compactMap(\.authorities).first)
        self.http = http
        clients = services.mapValues { settings in
            ServiceClient(settings, http: http, nowSeconds: { WallClock.nowMilliseconds() / 1000 })
        }
        queue = try WorkQueue(
            name: "destinations", threadCount: Self.callsAtOnce, capacity: Self.queueCapacity)
    }

    /// Queues a message to be sent.
    package func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void) {
        guard let target = MessageTarget(message.target) else {
            return answer("\(message.target) is neither a queue, a topic, an event bus nor a bucket.")
        }
        guard let client = clients[target.service] else {
            return answer(
                "Strata knows no endpoint for \(message.target): set \(target.service.endpointVariable) and start it "
                    + "again.")
        }
        guard let account = AccountID(message.source.account) else {
            return answer("\(message.source) has no account to send as.")
        }
        let isAccepted = queue.submit { [credentials] in
            let signing: SigningCredentials
            do throws(CatalogError) { signing = try credentials.credentials(of: account) } catch {
                return answer("The credentials of account \(account) cannot be read: \(error)")
            }
            let call = Self.call(message, target)
            do throws(HTTPClientError) {
                let (head, body) = try client.send(
                    call.call, as: signing, region: target.region.isEmpty ? message.source.region : target.region)
                answer(call.refusal(head, body))
            } catch {
                answer("\(message.target) cannot be reached: \(error)")
            }
        }
        if !isAccepted { answer("Too many messages wait for other services.") }
    }

    /// Cancels calls in flight, and ends.
    package func stop() {
        http.stop()
        queue.close()
    }

    /// The message in the format of its service.
    private static func call(_ message: OutgoingMessage, _ target: MessageTarget) -> MessageCall {
        var call = MessageCall(to: target, body: message.body)
        let prefix = OutgoingMessage.messageAttributePrefix
        for (name, value) in message.attributes where name.hasPrefix(prefix) {
            call.attributes[String(name.dropFirst(prefix.count))] = value
        }
        func attribute(_ name: String) -> String { message.attributes[name] ?? "" }
        call.event = (
            attribute(OutgoingMessage.eventSource), attribute(OutgoingMessage.detailType),
            attribute(OutgoingMessage.resources).split(separator: " ").map(String.init)
        )
        call.key = attribute(OutgoingMessage.objectKey)
        call.traceHeader = message.attributes[OutgoingMessage.traceHeader]
        return call
    }
}
