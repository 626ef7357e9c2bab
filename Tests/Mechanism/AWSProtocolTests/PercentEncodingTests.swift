import Testing

@testable import AWSProtocol

struct PercentEncodingTests {
    @Test func `decoding restores an encoded text`() {
        let text = "aZ09-_.~ /?#[]@!$&'()*+,;=%é漢😀\u{01}"
        #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
        #expect(PercentEncoding.encode("a b/é~") == "a%20b%2F%C3%A9~")
    }

    @Test(arguments: ["%", "%4", "%zz", "a%", "%C3", "%ED%A0%80", "%C0%AF"])
    func `broken encodings and bytes that are not UTF-8 are refused`(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
        #expect(QueryString("a=" + text) == nil)
    }

    @Test func `a query is its parameters in order`() throws {
        let query = try #require(QueryString("a=1&b=x%20y+z&a=2&flag&=&c=d=e"))
        #expect(query.values("a") == ["1", "2"])
        #expect(query["b"] == "x y z")
        #expect(query["flag"] == "")
        #expect(query["c"] == "d=e")
        #expect(query["missing"] == nil)
        #expect(QueryString("")?.items == [])
    }
}
