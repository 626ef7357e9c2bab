internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The rules of destinations of asynchronous invocations, with Lambda's messages.
///
/// Source: "Capturing records of Lambda asynchronous invocations", Lambda developer guide.
enum DestinationRules {
    private static let services: Set<Substring> = ["sqs", "sns", "lambda", "events", "s3"]

    /// The destinations in their stored form: an empty ARN is no destination.
    static func normalized(_ config: Lambda.DestinationConfig?) -> Lambda.DestinationConfig {
        func destination(_ text: String?) -> String? { text?.isEmpty == false ? text : nil }
        return Lambda.DestinationConfig(
            onSuccess: Lambda.OnSuccess(destination: destination(config?.onSuccess?.destination)),
            onFailure: Lambda.OnFailure(destination: destination(config?.onFailure?.destination)))
    }

    /// Refuses destinations of other services, functions that do not exist, and the function itself.
    static func check(
        _ config: Lambda.DestinationConfig?, of function: FunctionID, _ rows: borrowing CatalogTransaction
    ) throws {
        guard let config else { return }
        let normalized = normalized(config)
        let destinations = [normalized.onSuccess?.destination, normalized.onFailure?.destination]
        for (destination, isForSuccess) in zip(destinations, [true, false]) {
            guard let destination else { continue }
            let service = service(of: destination)
            // S3 takes the records of failed invocations only.
            guard services.contains(service), service != "s3" || !isForSuccess else { throw invalid(config) }
            if service == "lambda" { try check(lambda: destination, of: function, rows) }
        }
    }

    private static func check(
        lambda destination: String, of function: FunctionID, _ rows: borrowing CatalogTransaction
    ) throws {
        // A function of another account would need a policy that allows its caller, which is only known per invocation.
        guard let arn = FunctionARN(destination), arn.function.account == function.account,
            arn.function.region == function.region,
            try FunctionLookup.existing(FunctionTarget(function: arn.function, qualifier: arn.qualifier), rows) != nil
        else { throw ServiceError.invalidParameter("The destination ARN \(destination) is invalid.") }
        guard arn.function != function else {
            throw ServiceError.invalidParameter("You can't specify the function as a destination for itself.")
        }
    }

    private static func service(of arn: String) -> Substring {
        let parts = arn.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 2 && parts[0] == "arn" ? parts[2] : ""
    }

    private static func invalid(_ config: Lambda.DestinationConfig) -> ServiceError {
        let success = config.onSuccess.map { "OnSuccess(destination=\($0.destination ?? "null"))" } ?? "null"
        let failure = config.onFailure.map { "OnFailure(destination=\($0.destination ?? "null"))" } ?? "null"
        return .invalidParameter(
            "The provided destination config DestinationConfig(onSuccess=\(success), onFailure=\(failure)) is invalid.")
    }
}
