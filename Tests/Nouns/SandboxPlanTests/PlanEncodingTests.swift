import Testing

@testable import SandboxPlan

/// The bytes that strata-init reads; `Sources/C/CSandbox/plan.h` defines the same format.
@Suite struct PlanEncodingTests {
    @Test func `a record is its fields in order, little-endian, then its payload`() {
        var encoder = PlanEncoder()
        encoder.step(.temporary("tmp", bytes: 0x0102_0304_0506_0708, mode: 0o1777, mayExecute: false))
        #expect(
            encoder.message == [
                0x53, 0x54, 0x52, 0x41, 0x54, 0x41, 0x50, 0x4C,  // "STRATAPL"
                0x01, 0x00, 0x00, 0x00,  // version 1
                0x18, 0x00, 0x00, 0x00,  // 24 bytes follow
                0x06, 0x00,  // kind: tmpfs
                0x02, 0x00,  // flags: no exec
                0xFF, 0x03, 0x00, 0x00,  // number: mode 1777
                0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,  // value: size
                0x04, 0x00, 0x00, 0x00,  // payload length
                0x74, 0x6D, 0x70, 0x00,  // "tmp"
            ])
    }

    @Test func `each step has the strings in the order that its reader expects`() {
        let steps: [(PlanStep, kind: UInt8, flags: UInt8, payload: String)] = [
            (.directory("a", mode: 0o755), 1, 0, "a\0"),
            (.link(path: "lib", target: "usr/lib"), 2, 0, "usr/lib\0lib\0"),
            (.file("f", mode: 0o644, contents: Array("x\0y".utf8)), 3, 0, "f\0x\0y"),
            (.bind(source: "/s", path: "t"), 4, 0, "/s\0t\0"),
            (.view(source: "/s", path: "t", inUserNamespace: false), 4, 32, "/s\0t\0"),
            (.view(source: "/s", path: "t", inUserNamespace: true), 4, 36, "/s\0t\0"),
            (.device(source: "/dev/null", path: "dev/null"), 4, 1, "/dev/null\0dev/null\0"),
            (.overlay(sources: ["/b", "/a"], path: "opt", inUserNamespace: false), 5, 0, "opt\0/b\0/a\0"),
            (.overlay(sources: ["/b", "/a"], path: "opt", inUserNamespace: true), 5, 4, "opt\0/b\0/a\0"),
            (.processes("proc"), 7, 0, "proc\0"),
            (.readOnly("proc/sys"), 8, 0, "proc/sys\0"),
            (.mask("proc/kcore"), 9, 0, "proc/kcore\0"),
        ]
        for (step, kind, flags, payload) in steps {
            var encoder = PlanEncoder()
            encoder.step(step)
            let record = Array(encoder.message.dropFirst(16))
            #expect(record[0] == kind && record[1] == 0)
            #expect(record[2] == flags && record[3] == 0)
            #expect(Array(record[20...]) == Array(payload.utf8))
        }
    }

    @Test func `all other records follow the steps`() throws {
        var plan = SandboxPlan(command: ["/bin/x", "-a"])
        plan.environment = ["B": "2", "A": "1"]
        plan.network = .isolated(listeners: [9001])
        let placement = SandboxPlacement(
            identity: .distinct(uid: 100_007, gid: 100_008), seccompProgram: [1, 2, 3, 4, 5, 6, 7, 8],
            forbiddenCalls: [5],
            performsRefusedCalls: true,
            cgroupMembershipFiles: ["/c/cgroup.procs"])
        let records = Self.records(try plan.encoded(placement: placement)).filter { $0.kind >= 32 }
        let expected: [Record] = [
            Record(kind: 32, payload: "strata\0"),
            Record(kind: 33, number: 9001),
            Record(kind: 34, flags: 8, number: 100_007, value: 100_008),
            Record(kind: 35, number: 993, value: 990),
            Record(kind: 36, number: 4, value: 1),  // RLIMIT_CORE
            Record(kind: 36, number: 6, value: 742),  // RLIMIT_NPROC
            Record(kind: 36, number: 7, value: 1024),  // RLIMIT_NOFILE
            Record(kind: 36, number: 8, value: 65_536),  // RLIMIT_MEMLOCK
            Record(kind: 36, number: 11, value: 742),  // RLIMIT_SIGPENDING
            Record(kind: 36, number: 12, value: 0),  // RLIMIT_MSGQUEUE
            Record(kind: 36, number: 13, value: 0),  // RLIMIT_NICE
            Record(kind: 36, number: 14, value: 0),  // RLIMIT_RTPRIO
            Record(kind: 37, payload: "/bin/x\0"),
            Record(kind: 37, payload: "-a\0"),
            Record(kind: 38, payload: "A=1\0"),
            Record(kind: 38, payload: "B=2\0"),
            Record(kind: 39, payload: "/var/task\0"),
            Record(kind: 40, payload: "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}"),
            Record(kind: 46, flags: 16, payload: "\u{5}"),
            Record(kind: 41, payload: "/c/cgroup.procs\0"),
            Record(kind: 42, number: 500),
        ]
        #expect(records == expected)
    }

    @Test func `values that the kernel would refuse are refused before they are written`() {
        let placement = SandboxPlacement(identity: .server(uid: 1, gid: 1), seccompProgram: [])
        func refused(_ change: (inout SandboxPlan) -> Void) -> Bool {
            var plan = SandboxPlan(command: ["/x"])
            change(&plan)
            do {
                _ = try plan.encoded(placement: placement)
                return false
            } catch {
                return true
            }
        }
        #expect(!refused { _ in })
        #expect(refused { $0.environment = ["A": "x\0y"] })
        #expect(refused { $0.environment = ["A\0": "x"] })
        #expect(refused { $0.environment = ["": "x"] })
        #expect(refused { $0.environment = ["A=B": "x"] })
        #expect(refused { $0.command = [] })
        #expect(refused { $0.command = ["relative"] })
        #expect(refused { $0.command = ["/x", "a\0b"] })
        #expect(refused { $0.hostname = "a\0b" })
        #expect(refused { $0.taskTree = "/a\0b" })
        #expect(refused { $0.layerTrees = ["/a", "relative"] })
    }

    private struct Record: Equatable {
        var kind: UInt16
        var flags: UInt16 = 0
        var number: UInt32 = 0
        var value: UInt64 = 0
        var payload = ""
    }

    private static func records(_ message: [UInt8]) -> [Record] {
        var records: [Record] = []
        var rest = message[16...]
        func take<Number: FixedWidthInteger>(_: Number.Type) -> Number {
            let size = Number.bitWidth / 8
            let number = rest.prefix(size).reversed().reduce(Number(0)) { $0 << 8 | Number($1) }
            rest = rest.dropFirst(size)
            return number
        }
        while !rest.isEmpty {
            var record = Record(kind: take(UInt16.self))
            record.flags = take(UInt16.self)
            record.number = take(UInt32.self)
            record.value = take(UInt64.self)
            let length = Int(take(UInt32.self))
            record.payload = String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
            records.append(record)
        }
        return records
    }
}
