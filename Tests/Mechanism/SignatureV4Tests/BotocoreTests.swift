import Testing

@testable import SignatureV4

/// Recorded signatures of botocore 1.44.5 at 2026-02-03T04:05:06Z: the client that most callers use.
@Suite struct BotocoreTests {
    private static let moment: Int64 = 1_770_091_506

    private func signer(_ service: String, token: String? = nil) -> RequestSigner {
        let name = token == nil ? "AKIDEXAMPLE" : "ASIDEXAMPLE"
        let credentials = SigningCredentials(
            accessKeyID: name, secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: token)
        return RequestSigner(credentials: credentials, region: "eu-west-1", service: service)
    }

    private func expect(
        _ signature: String, _ request: SignableRequest, _ body: String, _ service: String, token: String? = nil,
        signsPayload: Bool = true
    ) {
        let added = signer(service, token: token)
            .sign(request, body: Array(body.utf8), nowSeconds: Self.moment, signsPayload: signsPayload)
        #expect(added.last?.value.suffix(64) ?? "" == signature)
    }

    @Test func `an invocation is signed as botocore signs it`() {
        let request = SignableRequest(
            method: "POST",
            rawPath: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af/invocations",
            rawQuery: "Qualifier=%24LATEST",
            headers: [("Host", "127.0.0.1:4566"), ("X-Amz-Log-Type", "Tail"), ("User-Agent", "x")])
        let signature = "7f708109f7d59917375a83268df9af37a09b39f1a194df084ae9b250ea450759"
        expect(signature, request, #"{"a":1}"#, "lambda")
        let withToken = "c848f49e8e85324f24569c4eff98ea173c5988993edd04b56f0288972f9d8b90"
        expect(withToken, request, #"{"a":1}"#, "lambda", token: "to/ken+==")
    }

    @Test func `a query with escapes is signed as botocore signs it`() {
        let request = SignableRequest(
            method: "GET", rawPath: "/2018-10-31/layers",
            rawQuery: "find=LayerVersion&Arn=a%2Fb%20c&Arn=%C3%A9", headers: [("Host", "h")])
        expect("adb1de5c357ab862bec6e74247908ad32654fff6b458d0bd50b9d3ba728dcfb5", request, "", "lambda")
    }

    @Test func `a form is signed as botocore signs it`() {
        let request = SignableRequest(
            method: "POST", rawPath: "/",
            headers: [("Host", "h"), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        expect(
            "05c54ecffcf1ea875ae0c0e146cfca411dfa54944980e966bdc881b7ab69c739", request,
            "Action=GetCallerIdentity&Version=2011-06-15", "sts")
    }

    @Test func `an object's path is signed as it is, encoded once`() {
        let request = SignableRequest(
            method: "PUT", rawPath: "/bucket/a%20b//c%2Bd/./e", rawQuery: "versionId=1",
            headers: [("Host", "s3.local:9000")])
        expect("68b4b036a5a4c77c147acaca0913a5a6c4ffa0d42ae15ace484a138b9b383cf9", request, "hello", "s3")
    }

    @Test func `an object's body may stay unsigned`() {
        let request = SignableRequest(
            method: "PUT", rawPath: "/bucket/%C3%A9", headers: [("Host", "s3.local:9000")])
        expect(
            "3f094a482edaf4742a788f8121754b2767e453913f888937c018faedb9016041", request, "hello", "s3",
            signsPayload: false)
    }

    @Test func `a presigned request is botocore's, letter for letter`() {
        let list = SignableRequest(
            method: "GET", rawPath: "/2015-03-31/functions/", rawQuery: "MaxItems=5", headers: [("Host", "h")])
        #expect(
            signer("lambda", token: "to/ken+==").presign(list, expiresSeconds: 900, nowSeconds: Self.moment)
                == "MaxItems=5&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIDEXAMPLE%2F20260203%2Feu-west-1"
                + "%2Flambda%2Faws4_request&X-Amz-Date=20260203T040506Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
                + "&X-Amz-Security-Token=to%2Fken%2B%3D%3D&X-Amz-Signature="
                + "efd33b381fd9fbe442cdef5397573a497c57d699b37187c96d578608aa491444")
        let object = SignableRequest(method: "GET", rawPath: "/b/k%20k", headers: [("Host", "h")])
        #expect(
            signer("s3").presign(object, expiresSeconds: 600, nowSeconds: Self.moment).suffix(64)
                == "7f8971785691970d125baee8378367b4b114958aa798719b47a6a225cbc2cf9b")
    }
}
