/// The version of this program (<https://semver.org>).
enum StrataVersion {
    static let current = "0.1.0"
}
