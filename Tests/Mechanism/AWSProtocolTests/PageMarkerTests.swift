import Testing

@testable import AWSProtocol

struct PageMarkerTests {
    @Test(arguments: ["", "f", "funktion-ä", "arn:aws:lambda:eu-west-1:000000000000:function:f/?+&"])
    func `a marker gives back its key`(key: String) throws {
        let marker = PageMarker.encode(key: key, listing: "ListFunctions")
        #expect(marker.utf8.allSatisfy { PercentEncoding.encode(String(Unicode.Scalar($0))).utf8.count == 1 })
        #expect(try PageMarker.decode(marker, listing: "ListFunctions") == key)
    }

    @Test func `a marker of another listing, or a damaged one, is refused`() {
        let marker = PageMarker.encode(key: "f", listing: "ListFunctions")
        #expect(throws: AWSError.self) { try PageMarker.decode(marker, listing: "ListLayers") }
        for damaged in [
            "", "x", "====", marker + "A", String(marker.dropLast()), "A" + marker.dropFirst(), "é", marker + "=",
        ] {
            let error = #expect(throws: AWSError.self) { try PageMarker.decode(damaged, listing: "ListFunctions") }
            #expect(error?.name == "InvalidParameterValueException")
        }
    }

    @Test func `a page is at least one row and at most its limit`() {
        #expect(Page.size(requested: nil) == 50)
        #expect(Page.size(requested: 7) == 7)
        #expect(Page.size(requested: 10_000) == 50)
        #expect(Page.size(requested: -1) == 1)
    }
}
