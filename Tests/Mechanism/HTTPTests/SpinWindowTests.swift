import Testing

@testable import HTTP

@Suite struct SpinWindowTests {
    private func window(after waits: [UInt64]) -> UInt64 {
        var window = SpinWindow(shortestMicroseconds: 60, longestMicroseconds: 200)
        for wait in waits { window.workCame(afterNanoseconds: wait * 1000) }
        return window.nanoseconds / 1000
    }

    @Test func `a thread looks briefly for work until it has often come soon`() {
        #expect(window(after: []) == 60)
        #expect(window(after: [100, 100, 100]) == 60)
        #expect(window(after: [100, 100, 100, 200]) == 200)
    }

    @Test func `one long wait among short ones changes nothing, and many long ones do`() {
        let busy = [UInt64](repeating: 100, count: 20)
        #expect(window(after: busy + [1_000_000]) == 200)
        #expect(window(after: busy + [201, 201, 201, 201]) == 200)
        #expect(window(after: busy + [201, 201, 201, 201, 201]) == 60)
    }

    @Test func `what was seen long ago is forgotten`() {
        let quiet = [UInt64](repeating: 5000, count: 1000)
        #expect(window(after: quiet + [100, 100, 100, 100]) == 200)
    }

    @Test func `a thread that shall not spin sleeps at once`() {
        var window = SpinWindow(shortestMicroseconds: 0, longestMicroseconds: 0)
        for _ in 0..<20 { window.workCame(afterNanoseconds: 1) }
        #expect(window.nanoseconds == 0)
    }
}
