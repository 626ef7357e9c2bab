/// Which version of AWS's SDK a runtime has.
public enum SDKVersion: Hashable, Sendable, CustomStringConvertible {
    /// None: functions bring their own.
    case none
    /// The newest one that supports the runtime when it is installed.
    case latest
    /// This one.
    case exactly(String)

    /// Reads `none`, `latest`, or a version such as `1.44.5`; `nil` for anything else.
    public init?(_ text: String) {
        switch text {
        case "none": self = .none
        case "latest": self = .latest
        default:
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let isNumber = parts.allSatisfy { (1...6).contains($0.count) && $0.allSatisfy { ("0"..."9").contains($0) } }
            guard (2...4).contains(parts.count), isNumber else { return nil }
            self = .exactly(text)
        }
    }

    /// What `init` reads.
    public var description: String {
        switch self {
        case .none: "none"
        case .latest: "latest"
        case .exactly(let version): version
        }
    }
}
