import Testing

@testable import Sandbox

@Suite struct SubordinateUsersTests {
    private static let users = "root:1:2\nada:100000:65536\n1001:200000:70000\nada:5:10\n"

    private func ranges(_ name: String?, _ uid: UInt32, users: String = users, groups: String = users)
        -> SubordinateUsers.Ranges?
    {
        SubordinateUsers.ranges(of: name, uid: uid, users: users, groups: groups)
    }

    @Test func `a user's largest range is found by name and by number`() {
        #expect(ranges("ada", 1000) == .init(firstUser: 100_000, firstGroup: 100_000, count: 65_536))
        #expect(ranges("bob", 1001) == .init(firstUser: 200_000, firstGroup: 200_000, count: 65_536))
        #expect(ranges(nil, 1001)?.firstUser == 200_000)
    }

    @Test func `users and groups have as many as the shorter range`() {
        #expect(
            ranges("ada", 1000, groups: "ada:300000:10000")
                == .init(firstUser: 100_000, firstGroup: 300_000, count: 10_000))
    }

    @Test(arguments: [
        "", "ada", "ada:1", "ada:x:65536", "ada:1:-1", "ada:1:99999999999", "bob:1:65536", ":1:65536",
        "ada:1:65536:1", "ada:1:8000",
    ])
    func `without a range that is long enough there are none`(text: String) {
        #expect(ranges("ada", 1000, users: text) == nil)
        #expect(ranges("ada", 1000, groups: text) == nil)
        #expect(ranges(nil, 1000, users: text) == nil)
    }
}
