/// The wire protocols of AWS's services by signing name, to answer calls of services that have no model here. A service
/// that gets a model may stay in the list: then its model says its protocol.
///
/// Source: the `protocol` of each service's model in botocore.
public enum ServiceProtocols {
    /// The protocol in which a service's clients expect errors.
    ///
    /// - Parameters:
    ///   - name: the service's name in credential scopes.
    ///   - form: what the request itself shows, which decides first.
    public static func format(of name: String, for form: RequestForm) -> ServiceModel.WireFormat {
        switch form {
        case .cbor: .cbor
        case .json(let version): .json(version: version)
        case .form: name == "ec2" ? .ec2(namespace: "") : .query(namespace: "")
        case .rest: format(of: name)
        }
    }

    /// The protocol of a service whose request shows none.
    private static func format(of name: String) -> ServiceModel.WireFormat {
        if name == "ec2" { return .ec2(namespace: "") }
        if query.contains(name) { return .query(namespace: "") }
        guard let wrapsErrors = restXML[name] else { return .restJSON }
        return .restXML(namespace: nil, wrapsErrors: wrapsErrors)
    }

    /// Services with XML documents and HTTP bindings (Smithy, restXml), and whether they wrap their errors.
    private static let restXML = [
        "s3": false, "s3express": false, "s3-outposts": true, "s3-object-lambda": true, "route53": true,
        "cloudfront": true,
    ]

    /// Services with forms and XML responses (Smithy, awsQuery).
    private static let query: Set<String> = [
        "autoscaling", "cloudformation", "cloudsearch", "elasticache", "elasticbeanstalk", "elasticloadbalancing",
        "iam", "rds", "redshift", "sdb", "ses", "sns", "sts",
    ]
}
