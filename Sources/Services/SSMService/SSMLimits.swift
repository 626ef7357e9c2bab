/// Quotas of the Parameter Store.
///
/// Source: "AWS Systems Manager endpoints and quotas", AWS General Reference.
enum SSMLimits {
    /// The longest request that is read, in bytes: ten values and their surroundings fit many times.
    static let requestBytes = 1 << 20
    /// The longest value of a standard parameter, in characters.
    static let standardValueCharacters = 4_096
    /// The longest value of an advanced parameter, in characters.
    static let advancedValueCharacters = 8_192
    /// Versions that a parameter keeps; the oldest gives way.
    static let versions = 100
    /// Labels of one version.
    static let labels = 10
    /// Levels of a path.
    static let levels = 15
    /// The longest name, in characters, with the beginning of its ARN.
    static let nameCharacters = 1_011
    /// Policies of one parameter.
    static let policies = 10
    /// Tags of one parameter.
    static let tags = 50
}
