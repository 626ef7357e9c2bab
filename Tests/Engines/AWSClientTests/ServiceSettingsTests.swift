import SignatureV4
import Testing

@testable import AWSClient

@Suite struct ServiceSettingsTests {
    private func credentials(_ environment: [String: String]) throws -> SigningCredentials {
        let endpoint = try #require(EndpointURL("http://127.0.0.1:9000"))
        return ServiceSettings(endpoint: endpoint, environment: environment).credentials(forAccount: "123456789012")
    }

    @Test func `the server's own credentials come first`() throws {
        let variables = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"]
        #expect(try credentials(variables) == .init(accessKeyID: "a", secretAccessKey: "b", sessionToken: "c"))
    }

    @Test(arguments: [
        [:], ["AWS_ACCESS_KEY_ID": "a"], ["AWS_SECRET_ACCESS_KEY": "b"], ["AWS_SESSION_TOKEN": "c"],
        ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "b"],
    ])
    func `without credentials, calls are signed as the calling account`(variables: [String: String]) throws {
        #expect(try credentials(variables) == .init(accessKeyID: "123456789012", secretAccessKey: "test"))
    }
}
