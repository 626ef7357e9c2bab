internal import AWSProtocol
internal import ServiceKit

/// Pages as Lambda has them.
extension Paging {
    /// A page of a listing, by the `MaxItems` of the request.
    init(_ listing: String, maxItems: Int?) {
        self.init(listing, size: Page.size(requested: maxItems))
    }

    /// The key after which the page starts; `nil` for the first page.
    func key(of marker: String?) throws(ServiceError) -> String? {
        try key(of: marker, refusing: ServiceError.invalidParameter)
    }
}
