import Store
import Testing

@testable import PostgreSQL

@Suite struct DatabaseAddressTests {
    @Test(arguments: [
        ("postgres://ann:se%63ret@db.example:5433/app?sslmode=require", "postgres://ann@db.example:5433/app"),
        ("postgresql://ann:secret@/app?host=/run/postgresql", "postgres://ann@/run/postgresql/app"),
        ("postgres:///app?user=ann&password=secret", "postgres://ann@/app"),
        ("postgres://ann:secret@one:5432,two:5433/a%40b", "postgres://ann@one,two:5432,5433/a@b"),
    ])
    func `a description has the place and no password`(_ url: String, _ expected: String) throws {
        let address = try DatabaseAddress(url)
        #expect(address.description == expected)
        #expect(address.parameters["password"] == "secret")
    }

    @Test(arguments: [
        ("postgres://ann:s3?cret@host:5432/app?sslmode=require", "postgres://ann@host:5432/app"),
        ("postgres://ann@host/app?sslpassword=s3cret", "postgres://ann@host/app"), ("postgres://", "postgres:///"),
    ])
    func `a description has no part of a password`(_ url: String, _ expected: String) throws {
        #expect(try DatabaseAddress(url).description == expected)
    }

    @Test(arguments: [
        "secret", "mysql://ann:secret@host/app", "postgres://ann:secret@host:port:5/%zz",
        "postgres://h/app?secret=secret", "postgres://ann:a@secret@host/app", "postgres://ann:12/secret@host/app",
        "postgres://ann:a/secret@host/app", "postgres://ann:secret/a@host/app",
    ])
    func `what is no URL of a database is refused without being quoted`(_ url: String) {
        let error = #expect(throws: StoreError.self) { try DatabaseAddress(url) }
        #expect(error?.kind == .invalid)
        #expect(error?.description.contains("secret") == false)
    }
}
