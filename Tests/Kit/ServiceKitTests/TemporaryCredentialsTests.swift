import Domain
import Testing

@testable import ServiceKit

@Suite struct TemporaryCredentialsTests {
    private let credentials = TemporaryCredentials(key: Array(0..<32))
    private let account = AccountID("123456789012").unsafelyUnwrapped
    private let arn = "arn:aws:sts::123456789012:assumed-role/builder/session"

    private func issue(now: Int64 = 1000) -> TemporaryCredentials.Issued {
        credentials.issue(
            account: account, arn: arn, userID: "AROAEXAMPLE:session", nowSeconds: now, durationSeconds: 900)
    }

    private func resolve(_ issued: TemporaryCredentials.Issued, now: Int64) -> TemporaryCredentials.Resolution {
        credentials.resolve(
            accessKeyID: issued.accessKeyID, sessionToken: issued.sessionToken, nowSeconds: now)
    }

    @Test func `credentials look like those of AWS`() {
        let issued = issue()
        #expect(issued.accessKeyID.hasPrefix("ASIA") && issued.accessKeyID.count == 20)
        #expect(issued.accessKeyID.allSatisfy { $0.isUppercase || $0.isNumber })
        #expect(issued.secretAccessKey.count == 40)
        #expect(issued.expiresSeconds == 1900)
        #expect(issue() != issued)
    }

    @Test func `a token identifies its session until it expires`() throws {
        let issued = issue()
        guard case .valid(let identity) = resolve(issued, now: 1899) else { throw Unexpected() }
        #expect(identity.account == account && identity.arn == arn && identity.userID == "AROAEXAMPLE:session")
        #expect(identity.secretAccessKey == issued.secretAccessKey)
        #expect(resolve(issued, now: 1900) == .expired)
    }

    @Test func `a restart makes no difference, another data folder does`() {
        let issued = issue()
        let again = TemporaryCredentials(key: Array(0..<32))
        let other = TemporaryCredentials(key: Array(1..<33))
        for (place, isOurs) in [(again, true), (other, false)] {
            let resolution = place.resolve(
                accessKeyID: issued.accessKeyID, sessionToken: issued.sessionToken, nowSeconds: 1000)
            #expect((resolution != .invalid) == isOurs)
        }
    }

    @Test func `a token works with its own access key only`() {
        let one = issue()
        let other = issue()
        #expect(
            credentials.resolve(accessKeyID: one.accessKeyID, sessionToken: other.sessionToken, nowSeconds: 1000)
                == .invalid)
    }

    @Test func `a token with any character changed is refused`() {
        let issued = issue()
        let letters = Array(issued.sessionToken)
        for place in letters.indices where letters[place] != "=" {
            var changed = letters
            changed[place] = letters[place] == "A" ? "B" : "A"
            let resolution = credentials.resolve(
                accessKeyID: issued.accessKeyID, sessionToken: String(changed), nowSeconds: 1000)
            // The last letter before the padding may carry bits that no byte has.
            if place < letters.count - 4 { #expect(resolution == .invalid, "\(place)") }
        }
    }

    @Test(arguments: ["", "strata", "AAAA", "====", String(repeating: "A", count: 64)])
    func `text that is not a token is refused`(token: String) {
        #expect(credentials.resolve(accessKeyID: "ASIA", sessionToken: token, nowSeconds: 0) == .invalid)
    }

    private struct Unexpected: Error {}
}
