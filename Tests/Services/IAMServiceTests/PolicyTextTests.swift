import ServiceKit
import Domain
import Testing

@testable import IAMService

struct PolicyTextTests {
    private func refusal(_ make: () throws(ServiceError) -> PolicyText) -> String? {
        do throws(ServiceError) {
            _ = try make()
            return nil
        } catch {
            #expect(error.shape == .malformedPolicyDocument || error.shape == .limitExceeded)
            return error.message
        }
    }

    private static func trust(_ statement: String) -> String {
        #"{"Version":"2012-10-17","Statement":[\#(statement)]}"#
    }

    @Test(arguments: [
        (#""Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole""#, nil),
        (#""Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:TagSession"],"Condition":{}"#, nil),
        (#""Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithWebIdentity""#, nil),
        (
            #""Effect":"Allow","Principal":"*","Action":"s3:GetObject""#,
            "AssumeRole policy may only specify STS AssumeRole actions."
        ),
        (
            #""Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*""#,
            "Has prohibited field Resource"
        ),
        (#""Effect":"Allow","Action":"sts:AssumeRole""#, "Missing required field Principal"),
        (#""Effect":"Allow","Principal":"*""#, "Missing required field Action"),
        (#""Principal":"*","Action":"sts:AssumeRole""#, "Missing required field Effect"),
    ])
    func `a trust policy may only say who may assume the role`(statement: String, words: String?) {
        #expect(refusal { () throws(ServiceError) in try PolicyText(trust: Self.trust("{\(statement)}")) } == words)
    }

    @Test(arguments: [
        (#"{"AWS":"123456789012"}"#, "", true),
        (#"{"AWS":["999999999999","arn:aws:iam::123456789012:root"]}"#, "", true),
        (#""*""#, #","Condition":{}"#, true),
        (#""*""#, #","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#, false),
        (#"{"AWS":"999999999999"}"#, "", false),
        (#"{"Service":"lambda.amazonaws.com"}"#, "", false),
    ])
    func `a trust policy allows the principals that it names without conditions`(
        principal: String, more: String, isTrusted: Bool
    ) throws {
        let caller = Caller(account: try #require(AccountID("123456789012")))
        let request = TrustRequest(caller: caller, externalID: nil, partition: "aws")
        let statement = #"{"Effect":"Allow","Principal":\#(principal),"Action":"sts:AssumeRole*"\#(more)}"#
        #expect(try PolicyText(trust: Self.trust(statement)).trusts(request) == isTrusted)
        let denial = #"{"Effect":"Deny","NotPrincipal":{"AWS":"999999999999"},"Action":"sts:*"}"#
        #expect(try !PolicyText(trust: Self.trust("\(statement),\(denial)")).trusts(request))
    }

    @Test(arguments: ["", "{", "[]", "\"x\"", "{}", #"{"Statement":[]}"#, #"{"Statement":7}"#, #"{"Statement":[7]}"#])
    func `text that is not a policy is refused`(text: String) {
        #expect(
            refusal { () throws(ServiceError) in try PolicyText(trust: text) } == "This policy contains invalid Json")
        #expect(refusal { () throws(ServiceError) in try PolicyText(permissions: text) } == "Syntax errors in policy.")
    }

    @Test(arguments: [
        (#""Effect":"Allow","Action":"s3:*","Resource":"*""#, nil),
        (#""Effect":"Deny","NotAction":["s3:*"],"NotResource":["arn:aws:s3:::x"]"#, nil),
        (#""Effect":"Allow","Action":"*","Resource":"*""#, nil),
        (#""Effect":"allow","Action":"s3:*","Resource":"*""#, "Syntax errors in policy."),
        (#""Effect":"Allow","Resource":"*""#, "Policy statement must contain actions."),
        (#""Effect":"Allow","Action":[],"Resource":"*""#, "Policy statement must contain actions."),
        (#""Effect":"Allow","Action":"s3:*""#, "Policy statement must contain resources."),
        (#""Effect":"Allow","Action":"s3:*","Resource":[]"#, "Policy statement must contain resources."),
        (#""Effect":"Allow","Action":"s3:*","Resource":"x""#, #"Resource x must be in ARN format or "*"."#),
        (
            #""Effect":"Allow","Action":"GetObject","Resource":"*""#,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        ),
        (
            #""Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*""#,
            "Policy document should not specify a principal."
        ),
    ])
    func `a permissions policy names actions and resources`(statement: String, words: String?) {
        let text = Self.trust("{\(statement)}")
        #expect(refusal { () throws(ServiceError) in try PolicyText(permissions: text) } == words)
        let single = #"{"Version":"2012-10-17","Statement":{\#(statement)}}"#
        #expect(refusal { () throws(ServiceError) in try PolicyText(permissions: single) } == words)
    }

    @Test func `two statements with one identifier are refused`() {
        let statement = #"{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"}"#
        let text = Self.trust("\(statement),\(statement)")
        #expect(
            refusal { () throws(ServiceError) in try PolicyText(permissions: text) }
                == "Statement IDs (SID) in a single policy must be unique.")
    }

    @Test func `white space does not count against a quota`() throws {
        let statement = #"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}"#
        let spaced = Self.trust(String(repeating: " \n\t", count: 3000) + statement)
        #expect(refusal { () throws(ServiceError) in try PolicyText(trust: spaced) } == nil)
        let long = Self.trust((0..<40).map { _ in statement }.joined(separator: ","))
        #expect(
            refusal { () throws(ServiceError) in try PolicyText(trust: long) }
                == "Cannot exceed quota for ACLSizePerRole: 2048")
    }
}
