import Testing

@testable import AWSProtocol

struct TimestampTests {
    @Test(arguments: [
        (0.0, "0", "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_700_000_000.123, "1700000000.123", "2023-11-14T22:13:20.123Z", "Tue, 14 Nov 2023 22:13:20 GMT"),
        (-0.5, "-0.5", "1969-12-31T23:59:59.500Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        (951_782_400, "951782400", "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (-62_135_596_800, "-62135596800", "0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT"),
    ])
    func `a timestamp is formatted in three formats`(seconds: Double, epoch: String, iso: String, http: String) {
        let moment = Timestamp(secondsSinceEpoch: seconds)
        #expect(moment.formatted(.epochSeconds) == epoch)
        #expect(moment.formatted(.iso8601) == iso)
        #expect(moment.formatted(.httpDate) == http)
        #expect(Timestamp(parsing: iso)?.secondsSinceEpoch == seconds)
        #expect(Timestamp(parsing: epoch)?.secondsSinceEpoch == seconds)
        #expect(Timestamp(parsing: http)?.secondsSinceEpoch == seconds.rounded(.down))
    }

    @Test func `an offset from UTC is understood`() {
        #expect(Timestamp(parsing: "2026-01-31T12:00:00+02:00") == Timestamp(parsing: "2026-01-31T10:00:00Z"))
        #expect(Timestamp(parsing: "2026-01-31T12:00:00.5-00:30") == Timestamp(parsing: "2026-01-31T12:30:00.500Z"))
    }

    @Test(arguments: [
        "", "x", "2026-01-31", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31T25:00:00Z",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+2:00", "2026-01-31T12:00:00Zx", "Sat, 31 Foo 2026 23:59:59 GMT",
        "Sat, 31 Jan 2026 23:59:59", "inf", "nan",
    ])
    func `any other text is not a timestamp`(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test func `timestamps out of range are clamped`() {
        #expect(Timestamp(secondsSinceEpoch: 1e300).formatted(.iso8601) == "9999-12-31T23:59:59Z")
        #expect(Timestamp(secondsSinceEpoch: .nan).formatted(.httpDate) == "0")
    }
}
