internal import AWSProtocol
internal import IAMModel

/// The row of a managed policy: its description and its versions.
struct ManagedPolicyDocument: AWSStructure {
    /// The policy. How often it is used is not stored: attachments are counted on request.
    var policy: IAM.Policy
    /// The versions, newest first, with their documents as they were sent.
    var versions: [IAM.PolicyVersion]
    /// The highest version number ever given: numbers are not reused.
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
        addVersion(text, isDefault: true, at: policy.createDate)
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

    /// Adds a version and returns it without its document, as *CreatePolicyVersion* does.
    @discardableResult
    mutating func addVersion(_ text: String, isDefault: Bool, at now: Timestamp?) -> IAM.PolicyVersion {
        lastNumber += 1
        let version = IAM.PolicyVersion(
            document: text, versionId: "v\(lastNumber)", isDefaultVersion: false, createDate: now)
        versions.insert(version, at: 0)
        if isDefault { setDefault("v\(lastNumber)", at: now) }
        policy.updateDate = now
        return versions[0].withoutText
    }

    /// Puts a version into effect.
    mutating func setDefault(_ id: String, at now: Timestamp?) {
        policy.defaultVersionId = id
        policy.updateDate = now
        for index in versions.indices { versions[index].isDefaultVersion = versions[index].versionId == id }
    }
}

extension IAM.PolicyVersion {
    /// The version as lists show it.
    var withoutText: IAM.PolicyVersion {
        var version = self
        version.document = nil
        return version
    }

    /// The version as *GetPolicyVersion* returns it.
    var withEncodedText: IAM.PolicyVersion {
        var version = self
        version.document = document.map(PercentEncoding.encode)
        return version
    }
}
