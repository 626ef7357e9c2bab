/// What a request shows of its protocol; the same for every service.
public enum RequestForm: Sendable, Equatable {
    /// The header `smithy-protocol` says it.
    case cbor
    /// The header `X-Amz-Target` names the operation; the version that the content type says.
    case json(version: String)
    /// Form parameters, in the body or the query.
    case form
    /// None of these: path and method name the operation.
    case rest

    /// Reads the form of a request.
    public init(of request: AWSRequest) {
        self.init(
            method: request.method, rawPath: request.rawPath, rawQuery: request.rawQuery,
            header: request.header)
    }

    /// Reads the form of a request of which only the head is there.
    public init(method: String, rawPath: String, rawQuery: String, header: (String) -> String?) {
        if header("smithy-protocol") == CBORProtocol.name {
            self = .cbor
        } else if header("X-Amz-Target") != nil {
            self = .json(version: header("Content-Type")?.hasSuffix("json-1.1") ?? false ? "1.1" : "1.0")
        } else if header("Content-Type")?.hasPrefix("application/x-www-form-urlencoded") ?? false
            || rawPath == "/" && ["GET", "POST"].contains(method) && Self.namesAction(rawQuery)
        {
            self = .form
        } else {
            self = .rest
        }
    }

    /// Whether a query has the parameter that names an operation.
    private static func namesAction(_ query: String) -> Bool {
        query.hasPrefix("Action=") || query.contains("&Action=")
    }
}

extension ServiceModel {
    /// The protocol of a request: the first of the service's that the request has the form of, or the preferred one.
    public func wireFormat(for form: RequestForm) -> WireFormat {
        guard wireFormats.count > 1 else { return wireFormat }
        return wireFormats.first { $0.accepts(form) } ?? wireFormat
    }
}

extension ServiceModel.WireFormat {
    fileprivate func accepts(_ form: RequestForm) -> Bool {
        switch (self, form) {
        case (.cbor, .cbor), (.json, .json), (.query, .form), (.ec2, .form), (.restJSON, .rest), (.restXML, .rest): true
        default: false
        }
    }
}
