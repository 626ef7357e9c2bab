import AWSProtocol
import Catalog
import Domain
import Glibc
import IAMModel
import STSModel
import ServiceKit
import StoreEngines
import Testing

@testable import IAMService

/// The resources of IAM on a catalogue of their own, with a clock that stands still.
@Suite final class ResourceTests {
    private static let trust =
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#
    private static let permissions =
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#

    private let context = RequestContext(
        account: AccountID("123456789012").unsafelyUnwrapped, region: Region("eu-west-1").unsafelyUnwrapped,
        endpoint: "http://127.0.0.1:4566")
    private let storage: TestStorage
    private let store: IAMStore
    private let clock = IAMClock { 1_770_091_506_789 }

    init() throws {
        storage = try TestStorage()
        store = IAMStore(catalog: try Catalog(storage))
    }

    private func createRole() throws -> IAM.Role {
        let request = IAM.CreateRoleRequest(roleName: "builder", assumeRolePolicyDocument: Self.trust)
        return try Roles(store: store, clock: clock).create(request, context).role
    }

    private func createPolicy() throws -> String {
        let request = IAM.CreatePolicyRequest(policyName: "logs", policyDocument: Self.permissions)
        return try #require(try ManagedPolicies(store: store, clock: clock).create(request, context).policy?.arn)
    }

    @Test func `dates are whole seconds of the service's clock`() throws {
        #expect(try createRole().createDate.secondsSinceEpoch == 1_770_091_506)
    }

    @Test func `a role with an attached policy is not deleted`() throws {
        _ = try createRole()
        let arn = try createPolicy()
        let roles = Roles(store: store, clock: clock)
        _ = try Attachments(store: store).attach(.init(roleName: "builder", policyArn: arn), context)
        #expect { try roles.delete(.init(roleName: "builder"), context) } throws: {
            ($0 as? ServiceError)?.shape == .deleteConflict
        }
        _ = try Attachments(store: store).detach(.init(roleName: "builder", policyArn: arn), context)
        _ = try roles.delete(.init(roleName: "builder"), context)
        #expect { try roles.get(.init(roleName: "builder"), context) } throws: {
            ($0 as? ServiceError)?.shape == .noSuchEntity
        }
    }

    @Test func `version numbers of a policy are not reused`() throws {
        let versions = PolicyVersions(store: store, clock: clock)
        let arn = try createPolicy()
        let request = IAM.CreatePolicyVersionRequest(policyArn: arn, policyDocument: Self.permissions)
        #expect(try versions.create(request, context).policyVersion?.versionId == "v2")
        _ = try versions.delete(.init(policyArn: arn, versionId: "v2"), context)
        #expect(try versions.create(request, context).policyVersion?.versionId == "v3")
    }

    @Test func `a session's credentials expire after its duration`() throws {
        let role = try createRole()
        let sessions = Sessions(
            store: store, credentials: TemporaryCredentials(key: Array(0..<32)), clock: clock)
        let request = STS.AssumeRoleRequest(roleArn: role.arn, roleSessionName: "s", durationSeconds: 900)
        let answer = try sessions.assumeRole(request, context)
        #expect(answer.credentials?.expiration.secondsSinceEpoch == 1_770_092_406)
        #expect(answer.assumedRoleUser?.assumedRoleId == "\(role.roleId):s")
    }
}
