internal import Synchronization

/// The wire protocols of a service, each made when a request first needs it: it may have to read the service's model.
final class WireProtocols: Sendable {
    private let service: ServiceModel
    private let made: Mutex<[(any WireProtocol)?]>

    init(_ service: ServiceModel) {
        self.service = service
        made = Mutex(Array(repeating: nil, count: max(service.wireFormats.count, 1)))
    }

    /// The protocol of a request.
    func wire(for request: AWSRequest) -> any WireProtocol {
        guard service.wireFormats.count > 1 else { return preferred }
        let format = service.wireFormat(for: RequestForm(of: request))
        return wire(at: service.wireFormats.firstIndex(of: format) ?? 0)
    }

    /// The protocol that the service prefers.
    var preferred: any WireProtocol { wire(at: 0) }

    private func wire(at place: Int) -> any WireProtocol {
        made.withLock { made in
            if let wire = made[place] { return wire }
            let format = place < service.wireFormats.count ? service.wireFormats[place] : service.wireFormat
            let new = format.makeProtocol(for: service)
            made[place] = new
            return new
        }
    }
}
