internal import AWSProtocol
internal import Glibc
internal import HTTPClient
internal import SignatureV4
internal import Toolchain

/// The accounts and regions that a command looks through.
struct ServerPlaces {
    static let regions = Option(
        "regions", "NAME,NAME", .optional(otherwise: "those of a Strata server; of AWS that of --region"),
        help: "Regions to look through."
    ) { (text) throws(ValueError) -> [String] in
        let names = text.split(separator: ",").map(String.init)
        guard !names.isEmpty else { throw ValueError(expectation: "names of regions with commas between them") }
        return names
    }

    /// An account and a region.
    struct Place: Hashable {
        /// `nil` for that of the caller's credentials.
        let account: String?
        let region: String
    }

    /// The connection that the command's options describe.
    let own: ServerConnection
    private let places: [Place]
    private let environment: [String: String]

    /// Asks a Strata server where it has something.
    init(_ arguments: Arguments, _ environment: [String: String]) throws {
        let own = try ServerConnection(arguments, environment)
        self.own = own
        self.environment = environment
        if let names = try arguments.optionalValue(of: Self.regions) {
            places = names.map { Place(account: nil, region: $0) }
        } else if own.isAWS {
            places = [Place(account: nil, region: own.region)]
        } else {
            places = try Self.places(of: own) ?? [Place(account: nil, region: own.region)]
        }
    }

    /// A client for each place.
    func clients() throws -> [LambdaClient] {
        places.map { own.moved(to: $0).lambda(environment) }
    }

    /// The newest version's number of each layer that a selection covers, by the layer's ARN.
    func newestNumbers(of selection: LayerSelection) throws -> [String: Int] {
        var numbers: [String: Int] = [:]
        for layer in try clients().flatMap({ try $0.layers() }) {
            guard let name = LayerVersionName(layer.arn) else { continue }
            guard selection.layer == name.layer || selection.layer == name.name else { continue }
            numbers[name.layer] = max(numbers[name.layer] ?? 0, name.number)
        }
        return numbers
    }

    /// Where a Strata server has functions or layers; `nil` for another server, which has no such page.
    private static func places(of server: ServerConnection) throws -> [Place]? {
        let response = try server.send("GET", "/_strata/places")
        // Another server answers with a page of its own, which need not be JSON.
        guard response.head.status == 200, let document = try? JSON.decode(response.body),
            document["places"] != nil
        else { return nil }
        return document.values("places").map { place in
            Place(account: place["account"] == nil ? nil : place.text("account"), region: place.text("region"))
        }
    }
}
