internal import Glibc

/// The clock for time-outs and durations: it never goes back (clock_gettime(2), CLOCK_MONOTONIC).
public enum MonotonicClock {
    /// Nanoseconds since an unspecified time in the past.
    public static func nowNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// How long a thread may sleep, as poll(2) and epoll_wait(2) take it, in milliseconds: -1 without end where the
    /// deadline is `UInt64.max`. Rounded up: waking before the deadline would only spin.
    public static func sleepMilliseconds(until deadline: UInt64, nowNanoseconds now: @autoclosure () -> UInt64) -> Int32
    {
        guard deadline != UInt64.max else { return -1 }
        let now = now()
        return deadline > now ? Int32(clamping: (deadline - now + 999_999) / 1_000_000) : 0
    }
}

/// The clock for times that people and clients read; it can be set back (clock_gettime(2), CLOCK_REALTIME).
public enum WallClock {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    public static func nowMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
