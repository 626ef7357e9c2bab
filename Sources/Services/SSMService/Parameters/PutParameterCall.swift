internal import AWSProtocol
internal import SSMModel
internal import ServiceKit

/// What *PutParameter* asks for, checked as far as the request alone tells.
struct PutParameterCall: Sendable {
    let name: ParameterName
    let request: SSM.PutParameterRequest
    let policies: ParameterPolicies?

    init(_ request: SSM.PutParameterRequest) throws(ServiceError) {
        name = try ParameterName(checking: request.name)
        self.request = request
        policies = try request.policies.map { text throws(ServiceError) in try ParameterPolicies(text) }
        let isOverwriting = request.overwrite ?? false
        if isOverwriting, request.tags?.isEmpty == false {
            throw ServiceError(
                .validation,
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
                    + "remove overwrite flag. To update tags for an existing parameter, please use "
                    + "AddTagsToResource or RemoveTagsFromResource.")
        }
        if request.type != nil, request.type != .secureString, request.keyId != nil {
            throw ServiceError(.validation, "KeyId is required for SecureString type parameter only.")
        }
        if request.value.contains("{{"), request.value.contains("}}") {
            throw ServiceError(
                .validation,
                "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.")
        }
        try Self.check(dataType: request.dataType ?? "text")
        try Self.check(request.value, against: request.allowedPattern)
    }

    /// The version that follows another one, or the first one.
    ///
    /// Source: *PutParameter*: the type, the tier and the policies stay where the request says nothing.
    func document(
        after old: SSM.ParameterHistory?, at now: Timestamp, user: String
    ) throws(ServiceError) -> SSM.ParameterHistory {
        guard let type = request.type ?? old?.type else {
            throw ServiceError(.validation, "A parameter type is required when you create a parameter.")
        }
        let policies = policies?.list ?? old?.policies ?? []
        let tier = try tier(after: old, hasPolicies: !policies.isEmpty)
        return SSM.ParameterHistory(
            name: name.text, type: type,
            keyId: type == .secureString ? request.keyId ?? old?.keyId ?? ParameterValues.defaultKey : nil,
            lastModifiedDate: now, lastModifiedUser: user, description: request.description, value: request.value,
            allowedPattern: request.allowedPattern, version: (old?.version ?? 0) + 1, labels: [], tier: tier,
            policies: policies, dataType: request.dataType ?? old?.dataType ?? "text")
    }

    private func tier(
        after old: SSM.ParameterHistory?, hasPolicies: Bool
    ) throws(ServiceError) -> SSM.ParameterTier {
        let length = request.value.unicodeScalars.count
        let needsAdvanced = hasPolicies || length > SSMLimits.standardValueCharacters
        let tier: SSM.ParameterTier
        switch request.tier {
        // An advanced parameter never becomes a standard one again.
        case SSM.ParameterTier.intelligentTiering:
            tier = needsAdvanced || old?.tier == .advanced ? .advanced : .standard
        case let wanted: tier = wanted ?? old?.tier ?? .standard
        }
        if tier == .standard, old?.tier == .advanced {
            throw ServiceError(
                .validation,
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
                    + "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the "
                    + "advanced parameter and recreate it as a standard parameter.")
        }
        if tier == .standard, hasPolicies {
            throw ServiceError(.validation, "Parameter policies are supported for advanced parameters only.")
        }
        let limit = tier == .advanced ? SSMLimits.advancedValueCharacters : SSMLimits.standardValueCharacters
        guard length <= limit else { throw Self.tooLong(tier, limit) }
        return tier
    }

    private static func tooLong(_ tier: SSM.ParameterTier, _ limit: Int) -> ServiceError {
        let advice =
            tier == .advanced
            ? ""
            : " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
                + "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
                + "parameter-store-advanced-parameters.html"
        return ServiceError(
            .validation,
            "\(tier.rawValue) tier parameters support a maximum parameter value of \(limit) characters."
                + advice)
    }

    private static func check(dataType: String) throws(ServiceError) {
        guard ["text", "aws:ec2:image", "aws:ssm:integration"].contains(dataType) else {
            throw ServiceError(
                .validation,
                "The following data type is not supported: \(dataType.prefix(128)) (Data type names are all "
                    + "lowercase.)")
        }
    }

    private static func check(_ value: String, against pattern: String?) throws(ServiceError) {
        guard !value.isEmpty else {
            throw ServiceError(
                .validation,
                "1 validation error detected: Value at 'value' failed to satisfy constraint: "
                    + "Member must have length greater than or equal to 1.")
        }
        guard let text = pattern, !text.isEmpty else { return }
        let pattern = Pattern(text)
        guard pattern.isUsable else {
            throw ServiceError(.invalidAllowedPattern, "The request does not meet the regular expression requirement.")
        }
        guard pattern.matches(value) else {
            throw ServiceError(
                .parameterPatternMismatch, "Parameter value, cannot be validated against allowedPattern: \(text)")
        }
    }
}
