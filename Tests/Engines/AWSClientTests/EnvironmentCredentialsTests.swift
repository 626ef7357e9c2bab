import AWSClient
import SignatureV4
import Testing

@Suite struct EnvironmentCredentialsTests {
    @Test func `variables name the credentials`() {
        let variables = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"]
        #expect(
            SigningCredentials(environment: variables)
                == SigningCredentials(accessKeyID: "a", secretAccessKey: "b", sessionToken: "c"))
        let permanent = variables.merging(["AWS_SESSION_TOKEN": ""]) { $1 }
        #expect(SigningCredentials(environment: permanent)?.sessionToken == nil)
    }

    @Test(arguments: [
        [:], ["AWS_ACCESS_KEY_ID": "a"], ["AWS_SECRET_ACCESS_KEY": "b"], ["AWS_SESSION_TOKEN": "c"],
        ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "b"],
    ])
    func `without a key and its secret there are none`(variables: [String: String]) {
        #expect(SigningCredentials(environment: variables) == nil)
    }
}
