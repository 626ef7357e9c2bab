import Testing

@testable import Toolchain

@Suite struct RolloutToleranceTests {
    private let tolerance = RolloutTolerance(errorRate: 0.01, duration: 0.5, fewestDurations: 10)

    private func figures(_ invocations: Int, errors: Int = 0, milliseconds: Double = 10) -> VersionFigures {
        VersionFigures(
            invocations: invocations, errors: errors, durations: invocations,
            durationMilliseconds: Double(invocations) * milliseconds)
    }

    @Test func `more errors than are tolerated are a fault`() {
        #expect(tolerance.fault(of: figures(100, errors: 2), against: figures(100)) != nil)
        #expect(tolerance.fault(of: figures(100, errors: 1), against: figures(100)) == nil)
        #expect(tolerance.fault(of: figures(100, errors: 6), against: figures(100, errors: 5)) == nil)
        #expect(tolerance.fault(of: figures(1, errors: 1), against: VersionFigures()) != nil)
    }

    @Test func `longer durations than are tolerated are a fault`() {
        #expect(tolerance.fault(of: figures(10, milliseconds: 16), against: figures(10)) != nil)
        #expect(tolerance.fault(of: figures(10, milliseconds: 14), against: figures(10)) == nil)
    }

    @Test func `a few durations, or differences below a millisecond, say nothing`() {
        #expect(tolerance.fault(of: figures(9, milliseconds: 100), against: figures(10)) == nil)
        #expect(tolerance.fault(of: figures(10, milliseconds: 100), against: figures(9)) == nil)
        #expect(tolerance.fault(of: figures(10, milliseconds: 0.9), against: figures(10, milliseconds: 0.1)) == nil)
    }

    @Test func `without invocations there is no fault`() {
        #expect(tolerance.fault(of: VersionFigures(), against: VersionFigures()) == nil)
        #expect(tolerance.fault(of: VersionFigures(), against: figures(100, errors: 50)) == nil)
    }
}
