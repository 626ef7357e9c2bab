internal import AWSProtocol

/// The error for a call of a service that is not implemented.
struct UnknownService {
    /// The service's name in credential scopes.
    let name: String
    /// The names of the implemented services.
    let known: [String]

    init(name: String, known: [String]) {
        self.known = known
        // The client's text becomes part of the response.
        self.name = String(name.prefix(64).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    /// The error, by the name that clients of a protocol know.
    func error(in format: ServiceModel.WireFormat) -> AWSError {
        let people = Self.names[name] ?? name
        let message =
            "Strata serves \(list), and this request is for \(people). To send only that elsewhere, set "
            + "\(variable)=URL beside AWS_ENDPOINT_URL, where the client runs (for a function, in its Environment); "
            + "for Terraform, add \(people) to the provider's endpoints."
        let code =
            switch format {
            case .restXML, .query, .ec2: "NotImplemented"
            case .restJSON, .json, .cbor: "NotImplementedException"
            }
        return AWSError(code, status: 501, message: message, fault: .server)
    }

    /// The variable that gives SDKs and the AWS CLI the endpoint of this service alone.
    ///
    /// Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
    private var variable: String {
        "AWS_ENDPOINT_URL_" + (Self.identifiers[name] ?? name.uppercased().replacing("-", with: "_"))
    }

    /// The names that people and tools use, where credential scopes have another.
    private static let names = [
        "monitoring": "cloudwatch", "states": "stepfunctions", "email": "ses", "elasticmapreduce": "emr",
        "elasticfilesystem": "efs", "es": "opensearch", "execute-api": "apigateway", "elasticloadbalancing": "elbv2",
        "tagging": "resourcegroupstaggingapi", "iotdata": "iot-data", "events": "eventbridge",
    ]

    /// The identifiers of services in variables, where they are not their names in credential scopes.
    private static let identifiers = [
        "monitoring": "CLOUDWATCH", "logs": "CLOUDWATCH_LOGS", "events": "EVENTBRIDGE", "states": "SFN",
        "email": "SES", "secretsmanager": "SECRETS_MANAGER", "apigateway": "API_GATEWAY",
        "execute-api": "APIGATEWAYMANAGEMENTAPI", "cognito-idp": "COGNITO_IDENTITY_PROVIDER", "route53": "ROUTE_53",
        "elasticloadbalancing": "ELASTIC_LOAD_BALANCING_V2", "autoscaling": "AUTO_SCALING", "elasticmapreduce": "EMR",
        "application-autoscaling": "APPLICATION_AUTO_SCALING", "elasticfilesystem": "EFS", "config": "CONFIG_SERVICE",
        "es": "OPENSEARCH", "tagging": "RESOURCE_GROUPS_TAGGING_API", "iotdata": "IOT_DATA_PLANE",
        "sdb": "SIMPLEDB", "geo": "LOCATION",
    ]

    private var list: String {
        known.count > 1 ? "\(known.dropLast().joined(separator: ", ")) and \(known.last ?? "")" : known.joined()
    }
}
