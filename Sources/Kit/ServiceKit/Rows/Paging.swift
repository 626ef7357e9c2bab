internal import AWSProtocol

/// What a request says about the page of a listing that it wants. The one place where pages are made: a marker is the
/// key of the last element of the page before, so pages stay consistent while rows come and go. It is opaque.
package struct Paging: Sendable {
    /// Names the listing, with its parameters. A marker is valid only for the listing that it came from.
    package let listing: String
    /// How many elements a page has at most.
    package let size: Int

    /// Describes a page.
    package init(_ listing: String, size: Int) {
        self.listing = listing
        self.size = size
    }

    /// How many rows to read: one more than the page has tells whether another page follows.
    package var limit: Int { size + 1 }

    /// The key after which the page starts; `nil` for the first page, also for an empty marker.
    ///
    /// - Parameter refusal: The service's error for a marker that this listing did not return; gets what is wrong.
    package func key(
        of marker: String?, refusing refusal: (String) -> ServiceError
    ) throws(ServiceError) -> String? {
        guard let marker, !marker.isEmpty else { return nil }
        do throws(AWSError) { return try PageMarker.decode(marker, listing: listing) } catch {
            throw refusal(error.message)
        }
    }

    /// The page that begins a listing.
    ///
    /// - Parameters:
    ///   - rest: The listing from where the page starts; ``limit`` elements are enough.
    ///   - key: The key of an element, which its marker keeps.
    package func page<Element>(_ rest: some Sequence<Element>, key: (Element) -> String) -> ListPage<Element> {
        let found = Array(rest.prefix(limit))
        let elements = Array(found.prefix(size))
        let isLast = found.count <= size
        let last = isLast ? nil : elements.last
        return ListPage(elements: elements, marker: last.map { PageMarker.encode(key: key($0), listing: listing) })
    }
}

/// One page of a listing.
package struct ListPage<Element> {
    /// What is on it.
    package let elements: [Element]
    /// Where the next page starts; `nil` on the last page.
    package let marker: String?

    /// Whether another page follows.
    package var isTruncated: Bool { marker != nil }
}
