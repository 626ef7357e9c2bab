internal import AWSProtocol
internal import Domain
internal import ServiceKit

/// One page of a listing that is in memory as a whole.
struct IAMPage<Element> {
    let elements: [Element]
    /// Where the next page starts; `nil` on the last page.
    let marker: String?

    var isTruncated: Bool { marker != nil }

    /// Takes the first elements of a listing, at most `size`.
    ///
    /// - Parameters:
    ///   - rest: The listing from where the request's marker says. One element more than `size` is enough to tell
    ///     whether another page follows.
    ///   - listing: Names the listing. A marker is valid only for the listing that it came from.
    ///   - key: The key that the marker keeps of the page's last element.
    init(_ rest: some Sequence<Element>, size: Int, listing: String, key: (Element) -> String) {
        let found = Array(rest.prefix(size + 1))
        elements = Array(found.prefix(size))
        marker = found.count > size ? elements.last.map { PageMarker.encode(key: key($0), listing: listing) } : nil
    }
}

/// What a request says about the page that it wants.
enum IAMPaging {
    /// The size of the page.
    static func size(_ maxItems: Int?) -> Int {
        Page.size(requested: maxItems, default: IdentityLimits.pageSize, limit: IdentityLimits.largestPageSize)
    }

    /// The key of the last element of the page before; `nil` for the first page.
    ///
    /// - Throws: `.validation` for a marker that this listing did not return.
    static func key(_ marker: String?, listing: String) throws(ServiceError) -> String? {
        guard let marker else { return nil }
        do { return try PageMarker.decode(marker, listing: listing) } catch {
            throw ServiceError(.validation, "Invalid Marker.")
        }
    }
}
