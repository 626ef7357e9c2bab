public import AWSProtocol

extension Lambda {
    /// The refusal of a runtime that `CreateFunction` or `UpdateFunctionConfiguration` names and Lambda does not know.
    ///
    /// Real Lambda does not count it among validation errors: it answers `InvalidParameterValueException`, in the words
    /// of a validation error but with the bare value, as public bug reports quote it. So the generated schemas of these
    /// two inputs let any text through, and their use cases check `Runtime.accepted`.
    public static func unknownRuntime(_ runtime: Runtime) -> AWSError {
        let known = Runtime.accepted.map(\.rawValue).joined(separator: ", ")
        return AWSError(
            Errors.invalidParameterValue,
            "Value \(runtime.rawValue.prefix(1000)) at 'runtime' failed to satisfy constraint: "
                + "Member must satisfy enum value set: [\(known)] or be a valid ARN")
    }
}

extension Lambda.Runtime {
    /// The runtimes that Lambda accepts for new functions and layers, in the order of its error messages. The model has
    /// more: former ones, and ones that are not announced yet.
    public static let accepted = Lambda.library.schema("CompatibleRuntimes").allowedValues.map {
        Lambda.Runtime(rawValue: $0)
    }
}
