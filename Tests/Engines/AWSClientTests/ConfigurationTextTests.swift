import Testing

@testable import AWSClient

@Suite struct ConfigurationTextTests {
    @Test func `sections have keys with values`() {
        let text = ConfigurationText(
            "[default]\nregion=eu-west-1\n\n# a comment\n; another\n[profile  work]\nkey = a = b\r\nregion =\n")
        #expect(
            text.sections == [
                "default": ["region": "eu-west-1"], "profile work": ["key": "a = b", "region": ""],
            ])
    }

    @Test func `indented keys are members of the key above`() {
        let text = ConfigurationText(
            "[services mine]\nlambda =\n  endpoint_url = http://a\n\ts3 = x\nother = y\n  stray = z\n")
        #expect(
            text.sections["services mine"] == [
                "lambda": "", "lambda.endpoint_url": "http://a", "lambda.s3": "x", "other": "y", "stray": "z",
            ])
    }

    @Test(arguments: ["", "no section = here", "[", "]", "[a", "=\n[x]\n=", "[x]\nno equals sign"])
    func `what is no setting is passed over`(text: String) {
        #expect(ConfigurationText(text).sections.values.allSatisfy { $0.keys.allSatisfy(\.isEmpty) })
    }
}
