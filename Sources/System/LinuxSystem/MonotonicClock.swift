internal import Glibc

/// The clock for time-outs and durations: it never goes back (clock_gettime(2), CLOCK_MONOTONIC).
public enum MonotonicClock {
    /// Nanoseconds since an unspecified time in the past.
    public static func nowNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
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
