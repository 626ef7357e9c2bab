import AWSProtocol
import Glibc
import Testing

@testable import CommandLine

@Suite struct CredentialsCommandTests {
    private let session = Session()
    private let folder: String

    init() throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // A folder that a server has used.
        close(open("\(folder)/catalog.sqlite", O_CREAT | O_WRONLY, 0o600))
    }

    private func cleanUp() {
        for name in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
            unlink("\(folder)/\(name)")
        }
        rmdir(folder)
    }

    private func create(_ options: String = "") throws -> AWSValue {
        let result = session.run("credentials create --json --data \(folder) \(options)")
        #expect(result.code == 0 && result.errors.isEmpty)
        return try JSON.decode(Array(result.output.utf8))
    }

    private func text(_ value: AWSValue?) -> String { if case .string(let text)? = value { text } else { "" } }

    @Test func `a new key has the form of an AWS key, and its secret is printed once`() throws {
        defer { cleanUp() }
        let key = try create("--account 123456789012 --name laptop --service s3.amazonaws.com")
        #expect(text(key["accessKeyId"]).hasPrefix("AKIA") && text(key["accessKeyId"]).count == 20)
        #expect(text(key["secretAccessKey"]).count == 40)
        let listed = session.run("credentials list --json --data \(folder)").output
        #expect(listed.contains(#""account":"123456789012""#) && listed.contains(#""service":"s3.amazonaws.com""#))
        #expect(!listed.contains(text(key["secretAccessKey"])) && !listed.contains("secret"))
        let lines = session.run("credentials list --data \(folder)").output
        #expect(lines.hasPrefix(text(key["accessKeyId"])) && lines.hasSuffix("s3.amazonaws.com  laptop"))
    }

    @Test func `a new key is printed as a line for the shell`() {
        defer { cleanUp() }
        let result = session.run("credentials create --data \(folder)")
        #expect(result.output.hasPrefix("export AWS_ACCESS_KEY_ID=AKIA"))
        #expect(result.errors == "The secret is not shown again: store it now.")
    }

    @Test func `a deleted key is not listed, and deleting it again fails`() throws {
        defer { cleanUp() }
        let key = text(try create()["accessKeyId"])
        #expect(session.run("credentials delete \(key) --data \(folder)").code == 0)
        #expect(session.run("credentials list --data \(folder)").output.isEmpty)
        let again = session.run("credentials delete --data \(folder) \(key)")
        #expect(again.code == 1)
        #expect(again.errors == "strata: There is no access key \(key) in \(folder).")
    }

    @Test(arguments: ["create", "list", "delete X"])
    func `a missing data folder is an error, and is not created`(command: String) {
        defer { cleanUp() }
        let result = session.run("credentials \(command) --data \(folder)/missing")
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("strata: There is no data folder at \(folder)/missing."))
        #expect(access("\(folder)/missing", F_OK) != 0)
    }

    // Keys for other servers

    private func foreign(_ words: String, key: String? = nil, token: String = "") -> Session.Result {
        var variables = ["HOME": "/home/me"]
        if let key {
            variables.merge(
                ["AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_SESSION_TOKEN": token]) { $1 }
        }
        return session.run("credentials foreign \(words) --data \(folder)", environment: variables)
    }

    @Test func `an account's key for other servers is that of the environment, and is never shown`() {
        defer { cleanUp() }
        let made = foreign("set --account 111122223333", key: "AKIAONE")
        #expect(made.code == 0)
        #expect(made.output == "Account 111122223333 calls other servers with AKIAONE.")
        #expect(foreign("set --json --account 000000000000", key: "ASIATWO", token: "t").code == 0)
        let lines = foreign("list").output.split(separator: "\n").map(String.init)
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("000000000000  ASIATWO  ") == true)
        #expect(lines.first?.hasSuffix("  temporary") == true)
        #expect(lines.last?.hasPrefix("111122223333  AKIAONE  ") == true)
        let listed = foreign("list --json").output
        #expect(listed.contains(#""accessKeyId":"AKIAONE""#) && !listed.contains("s3cret"))
    }

    @Test func `an account's key for other servers is deleted once`() {
        defer { cleanUp() }
        #expect(foreign("set --account 111122223333", key: "AKIAONE").code == 0)
        #expect(foreign("delete --account 111122223333").code == 0)
        #expect(foreign("list").output.isEmpty)
        let again = foreign("delete --account 111122223333")
        #expect(again.code == 1)
        #expect(again.errors == "strata: Account 111122223333 has no key for other servers in \(folder).")
    }

    @Test func `a key for other servers needs variables and an account`() {
        defer { cleanUp() }
        let bare = foreign("set --account 111122223333")
        #expect(bare.code == 2)
        #expect(bare.errors.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the account's key"))
        #expect(foreign("set", key: "AKIAONE").code == 2)
    }
}
