internal import AWSProtocol
internal import IAMModel

/// What is stored of a managed policy: its description and its versions.
struct ManagedPolicyDocument: AWSStructure {
    /// The policy; who uses it is counted when it is asked for.
    var policy: IAM.Policy
    /// The versions, the newest first, with their texts as they were sent.
    var versions: [IAM.PolicyVersion]
    /// The number of the newest version that ever was: numbers are not used again.
    var lastNumber: Int

    static let schema = Schema(
        "ManagedPolicyDocument",
        .structure([
            Schema.Member("Policy", IAM.Policy.schema, isRequired: true),
            Schema.Member("Versions", Schema("Versions", .list { IAM.PolicyVersion.schema })),
            Schema.Member("LastNumber", Schema("LastNumber", .integer), isRequired: true),
        ]))

    init(policy: IAM.Policy, text: String) {
        self.policy = policy
        versions = []
        lastNumber = 0
        addVersion(text, isDefault: true)
        self.policy.updateDate = policy.createDate
    }

    init(awsValue: AWSValue) {
        let members = MemberValues(awsValue)
        policy = members("Policy") ?? IAM.Policy(awsValue: .null)
        versions = members("Versions") ?? []
        lastNumber = members("LastNumber") ?? 0
    }

    var awsValue: AWSValue {
        var members = MemberValues()
        members.set("Policy", policy)
        members.set("Versions", versions)
        members.set("LastNumber", lastNumber)
        return members.awsValue
    }

    /// Adds a version, and returns it without its text, as *CreatePolicyVersion* answers it.
    @discardableResult
    mutating func addVersion(_ text: String, isDefault: Bool) -> IAM.PolicyVersion {
        lastNumber += 1
        let version = IAM.PolicyVersion(
            document: text, versionId: "v\(lastNumber)", isDefaultVersion: false, createDate: Identities.now())
        versions.insert(version, at: 0)
        if isDefault { setDefault("v\(lastNumber)") }
        policy.updateDate = Identities.now()
        return versions[0].withoutText
    }

    /// Makes a version the one that is in effect.
    mutating func setDefault(_ id: String) {
        policy.defaultVersionId = id
        policy.updateDate = Identities.now()
        for index in versions.indices { versions[index].isDefaultVersion = versions[index].versionId == id }
    }
}

extension IAM.PolicyVersion {
    /// The version as lists have it.
    var withoutText: IAM.PolicyVersion {
        var version = self
        version.document = nil
        return version
    }

    /// The version as *GetPolicyVersion* answers it.
    var withEncodedText: IAM.PolicyVersion {
        var version = self
        version.document = document.map(PercentEncoding.encode)
        return version
    }
}
