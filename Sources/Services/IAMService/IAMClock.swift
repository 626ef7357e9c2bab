internal import AWSProtocol

/// The time, as the use cases need it.
struct IAMClock: Sendable {
    /// Milliseconds since 1970.
    let nowMilliseconds: @Sendable () -> Int64

    /// Seconds since 1970.
    var nowSeconds: Int64 { nowMilliseconds() / 1000 }

    /// The time in whole seconds: IAM's timestamps have no fractions.
    var now: Timestamp { Timestamp(secondsSinceEpoch: Double(nowSeconds)) }
}
