import Domain
import StoreEngines
import Testing

@testable import Catalog

struct IdentityCatalogTests {
    private let fixture: CatalogFixture
    private var rows: IdentityRows { fixture.catalog.identities }

    init() throws {
        fixture = try CatalogFixture()
    }

    private func id(_ kind: EntityID.Kind, _ name: String, _ account: AccountID = CatalogFixture.account) -> EntityID {
        EntityID(kind, account: account, name: name)
    }

    private func create(_ id: EntityID, path: String = "/", boundary: PolicyARN? = nil) throws -> IdentityRefusal? {
        let record = EntityRecord(id: id, path: path, document: Array(id.name.utf8))
        return refusal(try rows.createEntity(record, boundary: boundary))
    }

    private func refusal(_ result: Result<Void, IdentityRefusal>) -> IdentityRefusal? {
        if case .failure(let refusal) = result { refusal } else { nil }
    }

    private func delete(_ id: EntityID) throws -> IdentityRefusal? {
        refusal(try rows.deleteEntity(id, unless: { _ in nil }, refusing: { $0 }))
    }

    private let own = PolicyARN(account: CatalogFixture.account, path: "/", name: "own")
    private let aws = PolicyARN(account: nil, path: "/service-role/", name: "logs")

    @Test func `names that differ only in case cannot coexist, but look-ups are case-sensitive`() throws {
        #expect(try create(id(.role, "Resize")) == nil)
        #expect(try create(id(.role, "resize")) == .exists)
        #expect(try rows.entity(id(.role, "resize")) == nil)
        #expect(try rows.entity(id(.role, "Resize"))?.document == Array("Resize".utf8))
        #expect(try create(id(.policy, "resize")) == nil)
        #expect(try create(id(.role, "resize", CatalogFixture.otherAccount)) == nil)
    }

    @Test func `a list continues after a name and filters by path`() throws {
        for (name, path) in [("c", "/x/"), ("a", "/x/y/"), ("b", "/"), ("d", "/x/")] {
            #expect(try create(id(.role, name), path: path) == nil)
        }
        let names = { (prefix: String, after: String) in
            try rows.entities(
                .role, account: CatalogFixture.account, pathPrefix: prefix, after: after, limit: 2
            ).map(\.id.name)
        }
        #expect(try names("/", "") == ["a", "b"])
        #expect(try names("/x", "") == ["a", "c"])
        #expect(try names("/x/", "c") == ["d"])
    }

    @Test func `a role has only policies that exist, up to a limit`() throws {
        let role = id(.role, "r")
        #expect(refusal(try rows.attach(aws, as: .permissions, to: role, limit: 2)) == .missing(role))
        #expect(try create(role) == nil)
        #expect(refusal(try rows.attach(own, as: .permissions, to: role, limit: 2)) == .missingPolicy(own))
        #expect(try create(id(.policy, "own")) == nil)
        let elsewhere = PolicyARN(account: CatalogFixture.account, path: "/else/", name: "own")
        #expect(
            refusal(try rows.attach(elsewhere, as: .permissions, to: role, limit: 2)) == .missingPolicy(elsewhere))
        for policy in [own, aws, own] {
            #expect(refusal(try rows.attach(policy, as: .permissions, to: role, limit: 2)) == nil)
        }
        let third = PolicyARN(account: nil, path: "/", name: "third")
        #expect(refusal(try rows.attach(third, as: .permissions, to: role, limit: 2)) == .limitExceeded)
        #expect(try rows.attachments(of: role, as: .permissions)?.map(\.policy) == [own, aws])
        #expect(
            try rows.attachments(of: aws, account: CatalogFixture.account, as: .permissions).map(\.role) == ["r"])
        #expect(try rows.attachments(of: aws, account: CatalogFixture.otherAccount, as: .permissions).isEmpty)
    }

    @Test func `an entity in use is not deleted`() throws {
        let role = id(.role, "r")
        #expect(try create(id(.policy, "own")) == nil)
        #expect(try create(role, boundary: own) == nil)
        #expect(refusal(try rows.attach(own, as: .permissions, to: role, limit: 2)) == nil)
        #expect(try delete(role) == .inUse)
        #expect(try delete(id(.policy, "own")) == .inUse)
        #expect(refusal(try rows.detach(own, from: role)) == nil)
        #expect(refusal(try rows.detach(own, from: role)) == .missingPolicy(own))
        #expect(try delete(id(.policy, "own")) == .inUse)
        #expect(try delete(role) == nil)
        #expect(try delete(id(.policy, "own")) == nil)
        #expect(try delete(role) == .missing(role))
    }

    @Test func `a boundary replaces the one before`() throws {
        let role = id(.role, "r")
        #expect(try create(role, boundary: own) == .missingPolicy(own))
        #expect(try create(id(.policy, "own")) == nil)
        #expect(try create(role, boundary: own) == nil)
        #expect(refusal(try rows.attach(aws, as: .boundary, to: role, limit: 1)) == nil)
        #expect(try rows.attachments(of: role, as: .boundary)?.map(\.policy) == [aws])
        #expect(refusal(try rows.detachBoundary(from: role)) == nil)
        #expect(try rows.attachments(of: role, as: .boundary) == [])
    }

    @Test func `a change that is refused changes nothing`() throws {
        let role = id(.role, "r")
        #expect(try rows.changeEntity(role) { _ in Result<[UInt8], IdentityRefusal>.success([]) } == nil)
        #expect(try create(role) == nil)
        let refused = try rows.changeEntity(role) { _ in Result<[UInt8], IdentityRefusal>.failure(.limitExceeded) }
        #expect(refused.map { refusal($0) } == .limitExceeded)
        #expect(try rows.entity(role)?.document == Array("r".utf8))
        _ = try rows.changeEntity(role) { Result<[UInt8], IdentityRefusal>.success($0.document + [33]) }
        #expect(try rows.entity(role)?.document == Array("r!".utf8))
    }
}
