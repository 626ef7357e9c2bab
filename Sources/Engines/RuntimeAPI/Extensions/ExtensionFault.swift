public import HTTP

/// Why a request of an extension is refused: always 403, with AWS's names and words.
///
/// Source: the extensions API's OpenAPI description, "Lambda Extensions API" in the Lambda developer guide, and the
/// answers of AWS's runtime interface emulator.
public struct ExtensionFault: Error, Hashable, Sendable {
    /// The `errorType`, such as `Extension.UnknownExtensionIdentifier`.
    public let type: String
    /// The `errorMessage`.
    public let message: String

    /// Describes a refusal.
    public init(_ type: String, _ message: String) {
        self.type = type
        self.message = message
    }

    /// The refusal as the extension gets it.
    public func response(status: Int = 403) -> HTTPResponse {
        let fields = [("errorMessage", message), ("errorType", type)]
        return HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")],
            body: .bytes(JSONFields.object(fields)))
    }
}

extension ExtensionFault {
    static let emptyName = ExtensionFault("Extension.InvalidExtensionName", "Empty extension name")
    static let missingIdentifier = ExtensionFault(
        "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header")
    static let invalidIdentifier = ExtensionFault(
        "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier")
    static let missingErrorType = ExtensionFault(
        "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found")
    static let registrationClosed = ExtensionFault(
        "Extension.RegistrationClosed", "Extension registration closed already")
    static let nameTaken = ExtensionFault(
        "Extension.InvalidExtensionState", "Extension with this name already registered")
    static let tooMany = ExtensionFault(
        "Extension.TooManyExtensions", "Extension limit (\(ExtensionLimits.extensions)) reached")

    static func invalidFormat(_ message: String) -> ExtensionFault {
        ExtensionFault("InvalidRequestFormat", message)
    }

    static func unknown(_ identifier: String) -> ExtensionFault {
        ExtensionFault("Extension.UnknownExtensionIdentifier", "Unknown extension \(identifier)")
    }

    static func invalidEvent(_ event: String, isInternal: Bool) -> ExtensionFault {
        let isShutdown = isInternal && event == ExtensionEventKind.shutdown.rawValue
        let reason = isShutdown ? "ShutdownEventNotSupportedForInternalExtension" : "ErrorInvalidEventType"
        return ExtensionFault("Extension.InvalidEventType", "\(event): \(reason)")
    }

    static func wrongState(_ name: String, from state: String, to target: String) -> ExtensionFault {
        ExtensionFault(
            "Extension.InvalidExtensionState",
            "State transition from \(state) to \(target) failed for extension \(name). "
                + "Error: State transition is not allowed")
    }
}

/// What is allowed to extensions.
public enum ExtensionLimits {
    /// Extensions of one function, internal ones included ("Lambda quotas").
    public static let extensions = 10
}
