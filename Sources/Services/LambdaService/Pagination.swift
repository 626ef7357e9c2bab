internal import AWSProtocol
internal import ServiceKit

/// The markers of pages.
enum Pagination {
    /// The key after which a page starts; `nil` for the first page.
    ///
    /// - Parameter listing: identifies the list; markers of other lists are refused.
    static func marker(_ marker: String?, listing: String) throws(ServiceError) -> String? {
        guard let marker, !marker.isEmpty else { return nil }
        do { return try PageMarker.decode(marker, listing: listing) } catch {
            throw .invalidParameter(error.message)
        }
    }

    /// The marker of the next page; `nil` after the last one.
    ///
    /// - Parameter records: the page's, and one more where another page follows.
    static func nextMarker<Record>(
        _ records: [Record], pageSize: Int, listing: String, key: (Record) -> String
    ) -> String? {
        records.count > pageSize ? PageMarker.encode(key: key(records[pageSize - 1]), listing: listing) : nil
    }
}
