internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The rules of the versions that an alias points at, with Lambda's messages.
///
/// Source: "Create an alias for a Lambda function" and "Implement Lambda canary deployments", Lambda developer guide.
enum AliasRules {
    /// The second version and its weight; `nil` where the alias has one version only.
    static func second(
        of routing: Lambda.AliasRoutingConfiguration?, beside first: FunctionVersion
    ) throws(ServiceError) -> FunctionVersion? {
        let weights = routing?.additionalVersionWeights ?? [:]
        guard weights.count <= 1 else {
            throw .invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1")
        }
        guard let (text, weight) = weights.first else { return nil }
        guard weight >= 0, weight < 1 else {
            throw broken(
                "\(text)=\(weight)",
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
                    + "Member must have value greater than or equal to 0.0, Member must not be null]")
        }
        guard text != first.description else {
            throw .invalidParameter(
                "Invalid function version \(first). Function version \(first) is already included in routing "
                    + "configuration.")
        }
        guard first != .latest else {
            throw .invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version")
        }
        guard case .number? = FunctionVersion(text) else {
            throw broken(
                "\(text)=\(weight)",
                "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
                    + "Member must have length greater than or equal to 1, "
                    + "Member must satisfy regular expression pattern: [0-9]+, Member must not be null]")
        }
        return FunctionVersion(text)
    }

    private static func broken(_ value: String, _ constraint: String) -> ServiceError {
        let error = AWSError.validation(
            value: "{\(value)}", at: "routingConfig.additionalVersionWeights", constraint: constraint)
        return ServiceError(.validation, error.message)
    }

    /// Refuses a version that does not exist.
    static func check(
        _ version: FunctionVersion, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        guard try rows.version(version, of: function) != nil else {
            throw FunctionLookup.notFound(FunctionTarget(function: function.id, qualifier: .version(version)))
        }
    }
}
