import Testing

@testable import AWSClient

@Suite struct EndpointURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000", "127.0.0.1:9000", ""),
        ("https://s3.us-east-1.amazonaws.com/", "https://s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com", ""),
        ("HTTPS://S3.Example:443", "https://s3.example", "s3.example", ""),
        ("http://host:443/", "http://host:443", "host:443", ""),
        ("http://host:80/some/path//", "http://host/some/path", "host", "/some/path"),
        ("http://[::1]:9000", "http://[::1]:9000", "[::1]:9000", ""),
        ("http://[fd00::1]", "http://[fd00::1]", "[fd00::1]", ""),
    ])
    func `an endpoint is split as the Host header needs it`(
        text: String, whole: String, host: String, path: String
    ) throws {
        let url = try #require(EndpointURL(text))
        #expect(url.description == whole)
        #expect(url.host == host)
        #expect(url.path == path)
        #expect(url.origin + url.path == whole)
    }

    @Test(arguments: [
        "", "host", "127.0.0.1:9000", "ftp://host", "s3://bucket", "http://", "http:///path", "http://:80",
        "http://host:", "http://host:0", "http://host:65536", "http://host:x", "http://user@host",
        "http://user:secret@host", "http://host?query", "http://host#part", "http://ho st", "http://host/ü",
        "http://[::1", "http://[]", "http://host\r\nX: y", "http://a/b\\c",
    ])
    func `a text that is not an endpoint is refused`(text: String) {
        #expect(EndpointURL(text) == nil)
    }
}
