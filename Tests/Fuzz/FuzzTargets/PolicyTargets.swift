import AWSProtocol
import Domain

@testable import IAMService
@testable import ServiceKit

/// Policies, which users write, and the patterns in them.
extension FuzzTarget {
    /// A policy of a resource: what is read is written, and read as the same.
    static let resourcePolicy = FuzzTarget("resource-policy") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        let policy: ResourcePolicy
        do throws(ResourcePolicy.Fault) { policy = try ResourcePolicy(text: text) } catch { return }
        let again = try ResourcePolicy(text: policy.text)
        try expect(again == policy, "'\(policy.text)' is read as '\(again.text)'")
        for request in requests {
            try expect(policy.allows(request) == again.allows(request), "'\(policy.text)' decides differently")
            // There are no denials: a policy allows what one of its statements allows.
            let isAllowed = policy.statements.contains { $0.allows(request) }
            try expect(policy.allows(request) == isAllowed, "a statement is not heeded")
        }
    }

    private static let account = AccountID("123456789012").unsafelyUnwrapped

    private static let requests: [PolicyRequest] = [
        Caller(account: account),
        Caller(
            account: account,
            principal: .assumedRole(arn: "arn:aws:sts::123456789012:assumed-role/r/s", userID: "AROA:s")),
        Caller(
            account: account,
            principal: .service(name: "s3.amazonaws.com", sourceARN: "arn:aws:s3:::b", sourceAccount: account)),
    ].map { caller in
        PolicyRequest(
            caller: caller, action: "lambda:InvokeFunction",
            resource: "arn:aws:lambda:us-east-1:123456789012:function:f")
    }

    /// A role's trust policy: no caller is trusted without a statement that allows, nor with one that denies all.
    static let trustPolicy = FuzzTarget("trust-policy") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        _ = try? PolicyText(managed: text)  // its errors are answers
        let policy: PolicyText
        do throws(ServiceError) { policy = try PolicyText(trust: text) } catch { return }
        let allows = policy.statements.contains { $0["Effect"] == .string("Allow") }
        let statements = policy.statements.map(AWSValue.structure) + [denial]
        let denied = try PolicyText(
            trust: String(decoding: JSON.encode(.structure(["Statement": .list(statements)])), as: UTF8.self))
        for request in requests {
            let trust = TrustRequest(caller: request.caller, externalID: "x", partition: "aws")
            try expect(!policy.trusts(trust) || allows, "'\(text)' trusts \(trust)")
            try expect(!denied.trusts(trust), "'\(denied.text)' trusts \(trust)")
        }
    }

    private static let denial = AWSValue.structure([
        "Effect": .string("Deny"), "Principal": .string("*"), "Action": .string("sts:AssumeRole"),
    ])

    /// A pattern and a text, each in a line: the matcher agrees with a table of all prefixes.
    static let wildcard = FuzzTarget("wildcard") { input in
        let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        // The time is bounded by the product of both lengths; policies have no longer ones.
        let texts = lines.map { String(decoding: $0.prefix(512), as: UTF8.self) }
        let (pattern, text) = (texts[0], texts.count > 1 ? texts[1] : "")
        let expected = matchesByTable(Array(pattern.utf8), Array(text.utf8))
        try expect(
            WildcardPattern(pattern).matches(text) == expected, "'\(pattern)' and '\(text)' match: \(!expected)")
        guard WildcardPattern.arn(pattern, matches: text) else { return }
        try expect(expected, "'\(pattern)' and '\(text)' match as ARNs, and not as texts")
    }

    /// Whether the first so many bytes match, for each prefix of the pattern.
    private static func matchesByTable(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var row = [true] + [Bool](repeating: false, count: text.count)
        for part in pattern {
            var next = [row[0] && part == UInt8(ascii: "*")] + [Bool](repeating: false, count: text.count)
            for (place, byte) in text.enumerated() {
                next[place + 1] =
                    part == UInt8(ascii: "*")
                    ? row[place + 1] || next[place] : row[place] && (part == UInt8(ascii: "?") || part == byte)
            }
            row = next
        }
        return row[text.count]
    }
}
