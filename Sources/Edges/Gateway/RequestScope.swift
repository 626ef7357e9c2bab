package import Domain

/// The credential scope of a request: access key, region and service.
///
/// Source: "Signature Version 4 signing for API requests" in the IAM user guide: the credential scope is
/// `ACCESSKEY/DATE/REGION/SERVICE/aws4_request`, in the `Authorization` header or the `X-Amz-Credential` parameter.
struct RequestScope: Hashable, Sendable {
    /// The access key's ID; `nil` where the request has none.
    var accessKeyID: String?
    /// The region, or the default of requests without a scope.
    var region: Region
    /// The region that a request is signed for and that does not exist; `nil` where it exists.
    var unknownRegion: String?
    /// The service that the request is signed for; `nil` where it is not signed.
    var service: String?

    /// Reads a request's credentials.
    ///
    /// - Parameters:
    ///   - authorization: the `Authorization` header.
    ///   - target: the request's path and query, for presigned requests.
    init(authorization: String?, target: String, defaults: GatewayDefaults) {
        region = defaults.region
        guard let credential = Self.credential(authorization, target) else { return }
        var rest = credential.utf8
        guard let key = Self.part(of: &rest), Self.part(of: &rest) != nil, let region = Self.part(of: &rest),
            let service = Self.part(of: &rest), !rest.contains(UInt8(ascii: "/"))
        else { return }
        accessKeyID = key.isEmpty ? nil : String(key)
        // The default is one of AWS's, and what nearly all requests name.
        if region != defaults.region.description {
            let named = Region(region)
            if let named, named.isOfAWS { self.region = named } else { unknownRegion = String(region) }
        }
        self.service = String(service)
    }

    /// Takes the next part, up to a slash, and the slash; `nil` where there is none.
    private static func part(of rest: inout Substring.UTF8View) -> Substring? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return Substring(rest[..<end])
    }

    private static func credential(_ authorization: String?, _ target: String) -> Substring? {
        if let authorization, let rest = afterMark(in: authorization) {
            return Substring(rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: " ") })
        }
        guard let start = target.utf8.firstRange(of: Array("X-Amz-Credential=".utf8)) else { return nil }
        let value = target[start.upperBound...].prefix { $0 != "&" }
        return Substring(value.replacing("%2F", with: "/").replacing("%2f", with: "/"))
    }
}

extension RequestScope {
    /// How AWS's clients begin the header. Every invocation passes here, and a search would take longer.
    private static let usualBeginning = "AWS4-HMAC-SHA256 Credential="

    private static func afterMark(in authorization: String) -> Substring.UTF8View? {
        if authorization.hasPrefix(usualBeginning) {
            return authorization.utf8.dropFirst(usualBeginning.utf8.count)
        }
        return authorization.utf8.firstRange(of: Array("Credential=".utf8)).map {
            authorization.utf8[$0.upperBound...]
        }
    }
}

/// The account and region of requests that do not name them.
package struct GatewayDefaults: Hashable, Sendable {
    /// The account of callers whose access key does not name one.
    package var account: AccountID
    /// The region of requests that are not signed.
    package var region: Region

    /// Sets the defaults.
    package init(account: AccountID, region: Region) {
        self.account = account
        self.region = region
    }
}
