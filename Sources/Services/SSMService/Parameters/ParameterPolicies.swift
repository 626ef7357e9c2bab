internal import AWSProtocol
internal import SSMModel
internal import ServiceKit

/// The policies of an advanced parameter: when it expires, and when its owner is told.
///
/// Source: "Assigning parameter policies in Parameter Store", Systems Manager user guide.
struct ParameterPolicies: Sendable {
    /// The policies, as answers have them.
    let list: [SSM.ParameterInlinePolicy]
    /// When the parameter is deleted, in milliseconds since 1970.
    let expiresMilliseconds: Int64?

    /// Reads the policies of a request: a JSON list; `{}` and an empty list remove them.
    init(_ text: String) throws(ServiceError) {
        let value: AWSValue
        do throws(AWSError) { value = try JSON.decode(Array(text.utf8)) } catch {
            throw ServiceError(.invalidPolicyAttribute, "The policies are not JSON: \(error.message)")
        }
        guard let values = Self.policies(value) else {
            throw ServiceError(
                .invalidPolicyAttribute, "The policies are not a JSON list, such as [{\"Type\": \"Expiration\", …}].")
        }
        guard values.count <= SSMLimits.policies else {
            throw ServiceError(SSM.Errors.policiesLimitExceeded, "A parameter can have \(SSMLimits.policies) policies.")
        }
        var list: [SSM.ParameterInlinePolicy] = []
        var expires: Int64?
        for policy in values {
            guard case .string(let type) = policy["Type"] else {
                throw ServiceError(.invalidPolicyType, "A policy needs a Type.")
            }
            switch type {
            case "Expiration":
                guard expires == nil else {
                    throw ServiceError(.incompatiblePolicy, "A parameter can have one Expiration policy.")
                }
                expires = try Self.expiration(policy)
            case "ExpirationNotification": try Self.checkPeriod(policy, "Before")
            case "NoChangeNotification": try Self.checkPeriod(policy, "After")
            default: throw ServiceError(.invalidPolicyType, "The policy type \(type.prefix(64)) is not supported.")
            }
            list.append(
                SSM.ParameterInlinePolicy(
                    policyText: String(decoding: JSON.encode(policy), as: UTF8.self), policyType: type,
                    policyStatus: "Pending"))
        }
        self.list = list
        expiresMilliseconds = expires
    }

    private static func policies(_ value: AWSValue) -> [AWSValue]? {
        if case .list(let values) = value { return values }
        return value == .structure([:]) ? [] : nil
    }

    private static func expiration(_ policy: AWSValue) throws(ServiceError) -> Int64 {
        guard case .string(let text) = policy["Attributes"]?["Timestamp"],
            let moment = Timestamp(parsing: text), abs(moment.secondsSinceEpoch) < 1e12
        else {
            throw ServiceError(
                .invalidPolicyAttribute, "An Expiration policy needs a Timestamp, such as 2030-01-31T23:59:59.000Z.")
        }
        return Int64(moment.secondsSinceEpoch * 1000)
    }

    private static func checkPeriod(_ policy: AWSValue, _ name: String) throws(ServiceError) {
        guard case .string(let count) = policy["Attributes"]?[name], let count = Int(count), count > 0,
            case .string(let unit) = policy["Attributes"]?["Unit"], ["Days", "Hours"].contains(unit)
        else {
            throw ServiceError(
                .invalidPolicyAttribute, "The policy needs \(name), a number, and Unit, which is Days or Hours.")
        }
    }
}
