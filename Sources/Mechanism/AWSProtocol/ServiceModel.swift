/// A service model: its operations and errors.
public struct ServiceModel: Sendable {
    /// The service's name in ARNs and SigV4 scopes, such as `lambda`.
    public let name: String
    /// The version of its API, a date.
    public let apiVersion: String
    /// Its wire protocols, the preferred one first.
    public let wireFormats: [WireFormat]
    /// The prefix of `X-Amz-Target` in the protocols that send it, such as `DynamoDB_20120810`; `nil` in the others.
    public let targetPrefix: String?
    /// Whether its messages about violated constraints omit the values.
    public let hidesValues: Bool
    /// Whether clients of its former query protocol get their errors' names in a header (Smithy, `awsQueryCompatible`).
    public let isQueryCompatible: Bool

    /// The namespace of its errors' names in documents, such as `com.amazonaws.sqs`; `nil` where they have none.
    public let errorNamespace: String?

    private let contents: Contents

    private enum Contents: Sendable {
        case library(ModelLibrary)
        case values(operations: [OperationDescriptor], errors: [ErrorShape], otherOperations: Set<String>)
    }

    /// The wire protocols of services.
    public enum WireFormat: Sendable, Equatable {
        /// HTTP bindings and JSON documents (Smithy, restJson1).
        case restJSON
        /// HTTP bindings and XML documents of this namespace (Smithy, restXml). S3 does not wrap its errors.
        case restXML(namespace: String?, wrapsErrors: Bool)
        /// JSON documents, and the operation in `X-Amz-Target` (Smithy, awsJson1_0 and awsJson1_1); the version.
        case json(version: String)
        /// Form parameters, and responses in XML of this namespace (Smithy, awsQuery).
        case query(namespace: String)
        /// Form parameters as EC2 has them, and responses in XML of this namespace (Smithy, ec2Query).
        case ec2(namespace: String)
        /// CBOR documents, and the operation in the path (Smithy, rpcV2Cbor).
        case cbor
    }

    /// A service that a text describes. Only its first line is read here.
    public init(_ library: ModelLibrary) {
        let head = library.head
        name = head.value("name") ?? ""
        apiVersion = head.value("version") ?? ""
        targetPrefix = head.value("target")
        hidesValues = head.has("hidesvalues")
        isQueryCompatible = head.has("querycompatible")
        wireFormats = head.values("protocols").compactMap { WireFormat($0, head) }
        errorNamespace = head.value("errors")
        contents = .library(library)
    }

    /// Describes a service.
    public init(
        name: String, apiVersion: String, operations: [OperationDescriptor], errors: [ErrorShape],
        otherOperations: Set<String> = [], wireFormat: WireFormat = .restJSON, targetPrefix: String? = nil,
        hidesValues: Bool = false
    ) {
        self.name = name
        self.apiVersion = apiVersion
        wireFormats = [wireFormat]
        self.targetPrefix = targetPrefix
        self.hidesValues = hidesValues
        isQueryCompatible = false
        errorNamespace = nil
        contents = .values(operations: operations, errors: errors, otherOperations: otherOperations)
    }

    /// Its preferred wire protocol.
    public var wireFormat: WireFormat { wireFormats.first ?? .restJSON }

    /// Its operations, by name.
    public var operations: [OperationDescriptor] {
        switch contents {
        case .library(let library): library.operations
        case .values(let operations, _, _): operations
        }
    }

    /// Its errors, by name.
    public var errors: [ErrorShape] {
        switch contents {
        case .library(let library): library.errors
        case .values(_, let errors, _): errors
        }
    }

    /// The names of the service's operations that `operations` does not describe.
    public var otherOperations: Set<String> {
        switch contents {
        case .library(let library): library.otherOperations
        case .values(_, _, let others): others
        }
    }
}

extension ServiceModel.WireFormat {
    /// The protocol that a model names, with what the model's first line says of it; `nil` for an unknown one.
    init?(_ name: String, _ head: ModelText.Line) {
        let namespace = head.value("namespace")
        switch name {
        case "rest-json": self = .restJSON
        case "rest-xml": self = .restXML(namespace: namespace, wrapsErrors: !head.has("bareerrors"))
        case "json": self = .json(version: head.value("json") ?? "1.0")
        case "query": self = .query(namespace: namespace ?? "")
        case "ec2": self = .ec2(namespace: namespace ?? "")
        case "smithy-rpc-v2-cbor": self = .cbor
        default: return nil
        }
    }
}
