/// The wire protocols of AWS's services by signing name, to answer calls of services that have no model here. A service
/// that gets a model may stay in the list: then its model says its protocol.
///
/// Source: the `protocol` of each service's model in botocore.
public enum ServiceProtocols {
    /// Services whose errors are XML without an envelope (Smithy, restXml).
    public static let restXML: Set<String> = ["s3"]

    /// Services whose errors are XML in an `ErrorResponse` (Smithy, awsQuery and ec2Query).
    public static let query: Set<String> = [
        "autoscaling", "cloudformation", "ec2", "elasticache", "elasticbeanstalk", "elasticloadbalancing",
        "monitoring", "rds", "redshift", "ses", "sns",
    ]
}
