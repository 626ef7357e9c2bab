internal import AWSProtocol
internal import LambdaModel
internal import LinuxSystem
internal import ServiceKit

/// The settings of asynchronous invocations in a request: at least one.
struct EventInvokeChange {
    private let retries: Int?
    private let age: Int?
    let destinations: Lambda.DestinationConfig?

    init(retries: Int?, age: Int?, destinations: Lambda.DestinationConfig?) throws(ServiceError) {
        guard retries != nil || age != nil || destinations != nil else {
            throw .invalidParameter("You must specify at least one of error handling or destination setting.")
        }
        self.retries = retries
        self.age = age
        self.destinations = destinations
    }

    /// Applies the settings, which are modified now.
    func apply(to config: inout Lambda.FunctionEventInvokeConfig) {
        config.lastModified = Timestamp(secondsSinceEpoch: Double(WallClock.nowMilliseconds()) / 1000)
        config.maximumRetryAttempts = retries ?? config.maximumRetryAttempts
        config.maximumEventAgeInSeconds = age ?? config.maximumEventAgeInSeconds
        config.destinationConfig = DestinationRules.normalized(destinations ?? config.destinationConfig)
    }
}
