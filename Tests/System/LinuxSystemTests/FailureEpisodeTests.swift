import LinuxSystem
import Synchronization
import Testing

@Suite final class FailureEpisodeTests: Sendable {
    private let now = Mutex<UInt64>(0)

    private func episode(quietSeconds: UInt64) -> FailureEpisode {
        FailureEpisode(quietSeconds: quietSeconds) { [self] in now.withLock { $0 } }
    }

    private func advance(seconds: UInt64) { now.withLock { $0 += seconds * 1_000_000_000 } }

    @Test func `an episode begins with its first failure, and ends with a success, which gets the number of all`() {
        let episode = episode(quietSeconds: 1)
        #expect(episode.didSucceed() == nil)
        for _ in 1...2 {
            #expect(episode.didFail(count: 3))
            #expect(!episode.didFail())
            advance(seconds: 1)
            #expect(episode.didSucceed() == 4)
            #expect(episode.didSucceed() == nil)
        }
    }

    @Test func `successes between failures do not end an episode`() {
        let episode = episode(quietSeconds: 60)
        #expect(episode.didFail())
        for _ in 1...10 {
            advance(seconds: 59)
            #expect(episode.didSucceed() == nil)
            #expect(!episode.didFail())
        }
        advance(seconds: 60)
        #expect(episode.didSucceed() == 11)
    }
}
