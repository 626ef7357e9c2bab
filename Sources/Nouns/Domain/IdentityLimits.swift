/// IAM's limits, as named constants.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
public enum IdentityLimits {
    /// Body of a request, in bytes: room for the longest policy that the model takes, percent-encoded. Ours: AWS does
    /// not document IAM's own limit.
    public static let requestBytes = 1_048_576
    /// Managed policies attached to one role.
    public static let policiesPerRole = 10
    /// Versions of one managed policy.
    public static let versionsPerPolicy = 5
    /// Tags of one role or policy.
    public static let tags = 50
    /// A managed policy, in characters without white space.
    public static let managedPolicyCharacters = 6_144
    /// All inline policies of one role together, in characters without white space.
    public static let rolePoliciesCharacters = 10_240
    /// A role's trust policy, in characters without white space.
    public static let trustPolicyCharacters = 2_048
    /// Entries of one page, where the request names no number.
    /// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>, `MaxItems`.
    public static let pageSize = 100
    /// Entries of one page at most.
    public static let largestPageSize = 1_000
    /// Length of a session of a role, where the role or the request names none, in seconds.
    public static let sessionSeconds = 3_600
}
