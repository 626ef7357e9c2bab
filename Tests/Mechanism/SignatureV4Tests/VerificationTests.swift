import Testing

@testable import SignatureV4

/// A signed request with parts that a test can change, and its verification.
struct Sample {
    static let moment: Int64 = 1_770_091_506
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    var request: SignableRequest
    var body: [UInt8]

    /// An invocation, signed by headers.
    static func inHeaders(
        token: String? = nil, signsPayload: Bool = true, service: String = "lambda"
    ) -> Sample {
        var sample = Sample(
            request: SignableRequest(
                method: "POST", rawPath: "/2015-03-31/functions/resize/invocations", rawQuery: "Qualifier=live",
                headers: [("Host", "127.0.0.1:4566"), ("X-Amz-Log-Type", "Tail")]),
            body: Array(#"{"a":1}"#.utf8))
        sample.request.headers += signer(token, service).sign(
            sample.request, body: sample.body, nowSeconds: moment, signsPayload: signsPayload)
        return sample
    }

    /// A listing, signed by its query.
    static func inQuery(expiresSeconds: Int = 900) -> Sample {
        var request = SignableRequest(
            method: "GET", rawPath: "/2015-03-31/functions/", rawQuery: "MaxItems=5", headers: [("Host", "h")])
        request.rawQuery = signer(nil).presign(request, expiresSeconds: expiresSeconds, nowSeconds: moment)
        return Sample(request: request, body: [])
    }

    static func signer(_ token: String?, _ service: String = "lambda") -> RequestSigner {
        RequestSigner(
            credentials: SigningCredentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: token),
            region: "eu-west-1", service: service)
    }

    func verify(at seconds: Int64 = moment, service: String? = "lambda") throws(SignatureFault) -> [UInt8] {
        let claim = try SignatureClaim.read(request)
        try claim.check(nowSeconds: seconds, service: service) { !$0.contains("!") }
        return try claim.verify(
            request, body: body, key: SigningKey(secretAccessKey: Self.secret, scope: claim.scope)
        ).bytes
    }

    func fault(at seconds: Int64 = moment, service: String? = "lambda") -> SignatureFault? {
        do throws(SignatureFault) {
            _ = try verify(at: seconds, service: service)
            return nil
        } catch {
            return error
        }
    }

    mutating func setHeader(_ name: String, _ value: String?) {
        request.headers.removeAll { $0.name == name }
        if let value { request.headers.append((name, value)) }
    }

    mutating func edit(authorization change: (String) -> String) {
        setHeader("Authorization", change(request.header("Authorization") ?? ""))
    }
}

@Suite struct VerificationTests {
    @Test func `a signed request is accepted, and its body returned`() throws {
        #expect(try Sample.inHeaders().verify() == Array(#"{"a":1}"#.utf8))
        #expect(try Sample.inQuery().verify() == [])
        #expect(try SignatureClaim.read(Sample.inHeaders(token: "t").request).sessionToken == "t")
    }

    @Test func `an unsigned body of an object may be any, and no other service takes one`() throws {
        var sample = Sample.inHeaders(signsPayload: false, service: "s3")
        sample.body = [1, 2, 3]
        #expect(try sample.verify(service: "s3") == [1, 2, 3])
        for service in ["lambda", "sts", "dynamodb", "s3-outposts"] {
            let sample = Sample.inHeaders(signsPayload: false, service: service)
            #expect(sample.fault(service: service) == .mismatch, "\(service)")
        }
    }

    @Test func `parameters of one name are seen in one order, whichever they were sent in`() {
        let orders = ["a=2&b=x&a=1&a=%31", "a=1&b=x&a=%31&a=2", "a=%31&b=x&a=2&a=1"].map {
            CanonicalRequest.signedOrder(of: $0) ?? $0
        }
        #expect(Set(orders.map { $0.replacing("%31", with: "1") }) == ["a=1&b=x&a=1&a=2"])
        for settled in ["", "a", "a=1&b=2&a=3", "b=1&a=1", "a=&a=1", "a&a=1", "&&a=1&a=1&"] {
            #expect(CanonicalRequest.signedOrder(of: settled) == nil, "\(settled)")
        }
        // Equal once decoded.
        #expect(CanonicalRequest.signedOrder(of: "%61=2&a=1") == "a=1&%61=2")
    }

    @Test func `a body with another hash is refused`() {
        var sample = Sample.inHeaders()
        sample.body.append(32)
        #expect(sample.fault()?.kind == .mismatch)
        sample.setHeader("X-Amz-Content-SHA256", PayloadHash.of(Array(#"{"a":1}"#.utf8)))
        #expect(sample.fault()?.kind == .otherBody)
    }

    @Test func `clocks may differ by five minutes, and not by a second more`() {
        let sample = Sample.inHeaders()
        #expect(sample.fault(at: Sample.moment + 300) == nil)
        #expect(sample.fault(at: Sample.moment - 300) == nil)
        #expect(
            sample.fault(at: Sample.moment + 301)?.message
                == "Signature expired: 20260203T040506Z is now earlier than 20260203T040507Z "
                + "(20260203T041007Z - 5 min.)")
        #expect(
            sample.fault(at: Sample.moment - 301)?.message
                == "Signature not yet current: 20260203T040506Z is still later than 20260203T040505Z "
                + "(20260203T040005Z + 5 min.)")
    }

    @Test func `a presigned request is valid for as long as it says, and a week at most`() {
        #expect(Sample.inQuery().fault(at: Sample.moment + 900) == nil)
        #expect(
            Sample.inQuery().fault(at: Sample.moment + 901)?.message.hasSuffix("(20260203T042007Z - 15 min.)") == true)
        #expect(Sample.inQuery(expiresSeconds: 604_800).fault(at: Sample.moment + 604_800) == nil)
        #expect(Sample.inQuery(expiresSeconds: 604_801).fault()?.kind == .incomplete)
        #expect(Sample.inQuery(expiresSeconds: -1).fault()?.kind == .incomplete)
        #expect(Sample.inQuery().fault(at: Sample.moment - 301)?.kind == .mismatch)
    }

    @Test func `a Date header replaces X-Amz-Date`() throws {
        let original = Sample.inHeaders()
        var sample = original
        sample.setHeader("X-Amz-Date", nil)
        sample.setHeader("Date", "Tue, 03 Feb 2026 04:05:06 GMT")
        #expect(try SignatureClaim.read(sample.request).date == SignatureClaim.read(original.request).date)
    }

    @Test func `a header that the service interprets has to be signed`() {
        var sample = Sample.inHeaders()
        sample.request.headers.append(("X-Amz-Source-Arn", "arn:aws:s3:::bucket"))
        #expect(sample.fault()?.message == "'x-amz-source-arn' must be a 'SignedHeader' in the AWS Authorization.")
        sample = Sample.inHeaders()
        sample.request.headers.append(("X-Amzn-Trace-Id", "Root=1"))
        #expect(sample.fault() == nil)
    }

    @Test func `a head is verified before its body, and the body as it arrives`() throws {
        // S3's clients send the body's hash in a header.
        let sample = Sample.inHeaders(service: "s3")
        let claim = try SignatureClaim.read(sample.request)
        let key = SigningKey(secretAccessKey: Sample.secret, scope: claim.scope)
        for (body, isAccepted) in [(sample.body, true), (sample.body + [32], false), ([], false)] {
            guard var signed = try claim.verifyBeforeBody(sample.request, key: key) else {
                Issue.record("the head does not say what was signed")
                return
            }
            var content: [UInt8] = []
            try body.withUnsafeBytes { bytes in try signed.receive(bytes) { content += $0 } }
            #expect(content == body)
            do {
                _ = try signed.finish()
                #expect(isAccepted)
            } catch {
                #expect(!isAccepted)
            }
        }
        var changed = sample.request
        changed.rawQuery = "Qualifier=other"
        #expect(throws: SignatureFault.self) {
            let body = try claim.verifyBeforeBody(changed, key: key)
            _ = consume body
        }
    }

    @Test func `the chunks of AWS's own example are accepted`() throws {
        let sample = ChunkSample.published
        #expect(try sample.verify() == [UInt8](repeating: UInt8(ascii: "a"), count: 66_560))
    }
}
