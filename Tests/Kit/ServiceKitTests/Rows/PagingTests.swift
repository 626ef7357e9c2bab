import AWSProtocol
import Testing

@testable import ServiceKit

@Suite struct PagingTests {
    private let paging = Paging("numbers", size: 2)

    private func key(_ marker: String?) throws(ServiceError) -> String? {
        try paging.key(of: marker) { ServiceError(.serviceUnavailable, $0) }
    }

    @Test func `pages follow each other without gaps, and the last one has no marker`() throws {
        let numbers = [1, 2, 3, 4, 5]
        var (marker, pages) = (String?.none, [[Int]]())
        repeat {
            let after = try key(marker).flatMap { Int($0) } ?? 0
            let page = paging.page(numbers.filter { $0 > after }.prefix(paging.limit)) { "\($0)" }
            #expect(page.isTruncated == (page.marker != nil))
            pages.append(page.elements)
            marker = page.marker
        } while marker != nil
        #expect(pages == [[1, 2], [3, 4], [5]])
    }

    @Test func `a full last page has no marker`() {
        #expect(paging.page([1, 2]) { "\($0)" }.marker == nil)
        #expect(paging.page([Int]()) { "\($0)" }.marker == nil)
    }

    @Test func `an empty marker is the first page, and one of another listing is refused`() throws {
        #expect(try key(nil) == nil && key("") == nil)
        let other = Paging("letters", size: 1).page(["a", "b"]) { $0 }.marker
        #expect(throws: ServiceError.self) { try key(other) }
    }
}
