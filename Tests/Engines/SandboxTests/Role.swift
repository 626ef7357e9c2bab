import Glibc
import Testing

/// Who runs the server: every test of the sandbox holds for both.
enum Role: String, CaseIterable, CustomTestStringConvertible {
    case root
    case ordinaryUser

    var testDescription: String { rawValue }

    /// The roles that these tests can play: everybody can be ordinary, only root can be root.
    static var playable: [Role] {
        geteuid() == 0 ? allCases : [.ordinaryUser]
    }

    /// `nobody`: a user without files, groups or privileges.
    static let ordinaryID: UInt32 = 65534

    /// The user id of the role.
    var uid: UInt32 {
        self == .root || geteuid() != 0 ? geteuid() : Self.ordinaryID
    }

    /// Runs `body` with the role's user, on a thread of its own, whose user ends with it.
    func play<Result>(_ body: () throws -> Result) throws -> Result {
        guard self == .ordinaryUser, geteuid() == 0 else { return try body() }
        return try ThreadCredentials.withIdentity(Self.ordinaryID, body)
    }
}

/// Linux keeps the user of each thread separately; the C library hides that by changing all threads at once. A raw call
/// changes one, which is as good as a process of that user for everything that the sandbox does: credentials are
/// inherited by what the thread spawns, and checked by what it calls.
private enum ThreadCredentials {
    private typealias SystemCall = @convention(c) (Int, Int, Int, Int) -> Int
    private typealias Body = () -> Void

    static func withIdentity<Result>(_ id: UInt32, _ body: () throws -> Result) throws -> Result {
        var outcome: Swift.Result<Result, any Error>?
        try withoutActuallyEscaping(body) { body in
            var work: Body = {
                outcome = Swift.Result {
                    try become(id)
                    return try body()
                }
            }
            var thread = pthread_t()
            let started = withUnsafeMutablePointer(to: &work) { pointer in
                pthread_create(
                    &thread, nil,
                    { argument in
                        argument?.assumingMemoryBound(to: Body.self).pointee()
                        return nil
                    }, pointer)
            }
            guard started == 0 else { throw POSIXFailure(call: "pthread_create", errno: started) }
            pthread_join(thread, nil)
        }
        return try #require(outcome).get()
    }

    private static func become(_ id: UInt32) throws {
        guard let symbol = dlsym(nil, "syscall") else { throw POSIXFailure(call: "dlsym", errno: ENOSYS) }
        let call = unsafeBitCast(symbol, to: SystemCall.self)
        #if arch(x86_64)
            let (setgroups, setresgid, setresuid) = (116, 119, 117)
        #else
            let (setgroups, setresgid, setresuid) = (159, 149, 147)
        #endif
        let number = Int(id)
        guard call(setgroups, 0, 0, 0) == 0, call(setresgid, number, number, number) == 0,
            call(setresuid, number, number, number) == 0
        else { throw POSIXFailure(call: "setresuid", errno: errno) }
    }
}

/// A system call of a test that failed.
struct POSIXFailure: Error {
    let call: String
    let errno: Int32
}
