internal import AWSProtocol
internal import Domain
internal import ServiceKit

/// Pages as IAM has them.
extension Paging {
    /// A page of a listing, by the `MaxItems` of the request.
    init(_ listing: String, maxItems: Int?) {
        let size = Page.size(
            requested: maxItems, default: IdentityLimits.pageSize, limit: IdentityLimits.largestPageSize)
        self.init(listing, size: size)
    }

    /// The key of the last element of the page before; `nil` for the first page.
    ///
    /// - Throws: `.validation` for a marker that this listing did not return.
    func key(of marker: String?) throws(ServiceError) -> String? {
        try key(of: marker) { _ in ServiceError(.validation, "Invalid Marker.") }
    }
}
