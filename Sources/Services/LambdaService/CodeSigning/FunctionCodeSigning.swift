internal import AWSProtocol
internal import LambdaModel

/// The code signing configuration of a function; empty where it has none.
///
/// The model requires both members; Lambda omits both.
struct FunctionCodeSigning: AWSStructure {
    let configuration: Lambda.GetFunctionCodeSigningConfigResponse?

    init(_ configuration: Lambda.GetFunctionCodeSigningConfigResponse?) { self.configuration = configuration }

    /// Takes a value of the model's shape.
    init(awsValue: AWSValue) {
        configuration = Lambda.GetFunctionCodeSigningConfigResponse(awsValue: awsValue)
    }

    /// The value.
    var awsValue: AWSValue { configuration?.awsValue ?? .structure([:]) }

    /// The schema of the model's shape.
    static var schema: Schema { Lambda.GetFunctionCodeSigningConfigResponse.schema }
}
