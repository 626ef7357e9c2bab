import Catalog
import Domain
import Glibc
import SignatureV4
import StoreEngines
import Testing

@testable import ServiceKit

@Suite final class AuthenticatorTests {
    private static let now: Int64 = 1_770_091_506
    private let account = AccountID("123456789012").unsafelyUnwrapped
    private let sessions = TemporaryCredentials(key: Array(0..<32))
    private let storage: TestStorage
    private let catalog: Catalog
    private let authenticator: Authenticator

    init() throws {
        storage = try TestStorage()
        catalog = try Catalog(storage)
        authenticator = Authenticator(keys: try catalog.credentialDirectory(), sessions: sessions)
    }

    private func register(_ key: String, service: String? = nil) throws {
        try catalog.addCredential(
            CredentialRecord(
                accessKeyID: key, secretAccessKey: "s3cret", account: account, name: "", service: service,
                createdSeconds: 0))
    }

    private func verify(
        _ credentials: SigningCredentials, headers: [(name: String, value: String)] = [], at now: Int64 = now
    ) throws(SignatureFault) -> Authenticator.Verified {
        var request = SignableRequest(
            method: "GET", rawPath: "/2015-03-31/functions/", headers: [("Host", "h")] + headers)
        let signer = RequestSigner(credentials: credentials, region: "eu-west-1", service: "lambda")
        request.headers += signer.sign(request, nowSeconds: now)
        authenticator.refreshKeys()
        return try authenticator.verify(request, body: [], service: "lambda", nowSeconds: now)
    }

    private func fault(_ credentials: SigningCredentials, at now: Int64 = now) -> SignatureFault? {
        do throws(SignatureFault) {
            _ = try verify(credentials, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a registered key is its account's root user`() throws {
        try register("AKIAA")
        let verified = try verify(SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret"))
        #expect(verified.caller == Caller(account: account))
        #expect(verified.region.description == "eu-west-1" && verified.service == "lambda")
    }

    @Test func `before the body, a key is looked for in memory only`() throws {
        var request = SignableRequest(method: "GET", rawPath: "/2015-03-31/functions/", headers: [("Host", "h")])
        let credentials = SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret")
        let signer = RequestSigner(credentials: credentials, region: "eu-west-1", service: "lambda")
        request.headers += signer.sign(request, nowSeconds: Self.now)
        authenticator.refreshKeys()
        #expect(throws: SignatureFault.unknownKey) {
            try authenticator.checkBeforeBody(request, nowSeconds: Self.now)
        }
        try register("AKIAA")
        #expect(!authenticator.hasCurrentKeys)
        #expect(throws: SignatureFault.unknownKey) {
            try authenticator.checkBeforeBody(request, nowSeconds: Self.now)
        }
        authenticator.refreshKeys()
        #expect(authenticator.hasCurrentKeys)
        _ = try authenticator.checkBeforeBody(request, nowSeconds: Self.now)
    }

    @Test func `a wrong secret, an unknown key and a deleted key are refused`() throws {
        try register("AKIAA")
        let wrong = fault(SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "secret"))
        #expect(wrong?.kind == .mismatch)
        let credentials = SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret")
        _ = try catalog.deleteCredential("AKIAA")
        #expect(fault(credentials) == .unknownKey)
        #expect(fault(SigningCredentials(accessKeyID: "123456789012", secretAccessKey: "x")) == .unknownKey)
        #expect(fault(SigningCredentials(accessKeyID: "s3.amazonaws.com", secretAccessKey: "x")) == .unknownKey)
    }

    @Test func `a service acts for the resource that its request names`() throws {
        try register("AKIAS", service: "s3.amazonaws.com")
        let headers = [(name: "X-Amz-Source-Arn", value: "arn:aws:s3:::b"), ("X-Amz-Source-Account", "210987654321")]
        let verified = try verify(
            SigningCredentials(accessKeyID: "AKIAS", secretAccessKey: "s3cret"), headers: headers)
        let principal = Caller.Principal.service(
            name: "s3.amazonaws.com", sourceARN: "arn:aws:s3:::b", sourceAccount: AccountID("210987654321"))
        #expect(verified.caller == Caller(account: account, principal: principal))
    }

    @Test func `an account's key cannot claim to be a service`() throws {
        try register("AKIAA")
        let verified = try verify(
            SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret"),
            headers: [("X-Amz-Source-Arn", "arn:aws:s3:::b")])
        #expect(verified.caller.principal == .root)
    }

    @Test func `temporary credentials work until they expire`() throws {
        let issued = sessions.issue(
            account: account, arn: "arn:aws:sts::123456789012:assumed-role/r/s", userID: "AROA:s",
            nowSeconds: Self.now, durationSeconds: 900)
        var credentials = SigningCredentials(
            accessKeyID: issued.accessKeyID, secretAccessKey: issued.secretAccessKey,
            sessionToken: issued.sessionToken)
        #expect(try verify(credentials).caller.arn == "arn:aws:sts::123456789012:assumed-role/r/s")
        #expect(fault(credentials, at: Self.now + 900) == .expiredToken)
        credentials.secretAccessKey = "guessed"
        #expect(fault(credentials)?.kind == .mismatch)
        credentials.sessionToken = nil
        #expect(fault(credentials) == .unknownKey)
        credentials.sessionToken = "AAAA"
        #expect(fault(credentials) == .unknownKey)
    }

    private func believed(_ key: String?, token: String? = nil) throws -> Caller {
        let claim = ClaimedIdentity(
            accessKeyID: key, sessionToken: token, sourceARN: "arn:aws:s3:::b", sourceAccount: account)
        let otherwise = try #require(AccountID("000000000000"))
        authenticator.refreshKeys()
        return authenticator.caller(claiming: claim, otherwise: otherwise, nowSeconds: Self.now)
    }

    @Test func `without verification a key names its account`() throws {
        try register("AKIAA")
        #expect(try believed("AKIAA") == Caller(account: account))
        #expect(try believed("210987654321").account.description == "210987654321")
        for key in [nil, "test", "AKIANOBODY", "21098765432"] {
            #expect(try believed(key).account.description == "000000000000")
            #expect(try believed(key).principal == .root)
        }
    }

    @Test func `without verification a service's name is the service`() throws {
        let caller = try believed("s3.amazonaws.com")
        let principal = Caller.Principal.service(
            name: "s3.amazonaws.com", sourceARN: "arn:aws:s3:::b", sourceAccount: account)
        #expect(caller.principal == principal)
        #expect(caller.account.description == "000000000000")
        try register("AKIAS", service: "events.amazonaws.com")
        #expect(try believed("AKIAS").arn == "events.amazonaws.com")
        #expect(try believed("AKIAS").account == account)
    }

    @Test func `without verification a session token names its role, while it is good`() throws {
        for (begin, arn) in [(Self.now, "arn:r"), (Self.now - 900, "arn:aws:iam::000000000000:root")] {
            let issued = sessions.issue(
                account: account, arn: "arn:r", userID: "AROA:s", nowSeconds: begin, durationSeconds: 900)
            #expect(try believed(issued.accessKeyID, token: issued.sessionToken).arn == arn)
        }
    }

    @Test func `a registered key has no session token`() throws {
        try register("AKIAA")
        let credentials = SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret", sessionToken: "t")
        #expect(fault(credentials) == .unknownKey)
    }
}
