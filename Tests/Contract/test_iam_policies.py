"""Managed policies through boto3, including AWS's own, and their attachments to roles."""

import json
import re

import pytest

from account import Account, refused
from identities import LOGS, PERMISSIONS, TRUST, create_policy, create_role, policy

# Operations on a managed policy, their other parameters, and whether their error names the missing version.
ON_A_POLICY = [
    ("get_policy", {}, False), ("delete_policy", {}, False), ("list_policy_versions", {}, False),
    ("get_policy_version", {"VersionId": "v1"}, True), ("set_default_policy_version", {"VersionId": "v1"}, True),
    ("delete_policy_version", {"VersionId": "v1"}, True), ("list_policy_tags", {}, False),
    ("create_policy_version", {"PolicyDocument": PERMISSIONS}, False), ("list_entities_for_policy", {}, False),
    ("tag_policy", {"Tags": [{"Key": "k", "Value": "v"}]}, False), ("untag_policy", {"TagKeys": ["k"]}, False),
]


@pytest.fixture
def iam(aws):
    return aws.client("iam")


def names(answer):
    return [each["PolicyName"] for each in answer["Policies"]]


def test_a_policy_is_created_got_and_listed(aws, iam):
    created = iam.create_policy(
        PolicyName="objects", Path="/images/", PolicyDocument=PERMISSIONS, Description="What images need",
        Tags=[{"Key": "team", "Value": "images"}])["Policy"]
    assert created["Arn"] == f"arn:aws:iam::{aws.number}:policy/images/objects"
    assert re.fullmatch("ANPA[A-Z0-9]{17}", created["PolicyId"])
    assert created["Tags"] == [{"Key": "team", "Value": "images"}]
    listed = {
        "PolicyName": "objects", "PolicyId": created["PolicyId"], "Arn": created["Arn"], "Path": "/images/",
        "DefaultVersionId": "v1", "AttachmentCount": 0, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True,
        "CreateDate": created["CreateDate"], "UpdateDate": created["CreateDate"],
    }
    assert {**created, "Tags": None} == {**listed, "Tags": None}
    assert iam.get_policy(PolicyArn=created["Arn"])["Policy"] == {
        **listed, "Description": "What images need", "Tags": created["Tags"]}
    assert iam.list_policies(Scope="Local")["Policies"] == [listed]
    plain = create_policy(iam, "plain")
    assert iam.get_policy(PolicyArn=plain)["Policy"]["Tags"] == []


def test_a_name_is_used_once_whatever_its_path_and_case(iam):
    create_policy(iam, "Objects")
    for name, path in (("Objects", "/"), ("Objects", "/other/"), ("objects", "/")):
        refusal = refused(iam.create_policy, PolicyName=name, Path=path, PolicyDocument=PERMISSIONS)
        assert (refusal.code, refusal.status) == ("EntityAlreadyExists", 409)
        assert refusal.message == f"A policy called {name} already exists. Duplicate names are not allowed."


@pytest.mark.parametrize("operation, parameters, is_of_version", ON_A_POLICY, ids=[each[0] for each in ON_A_POLICY])
def test_a_policy_that_does_not_exist_is_named(aws, iam, operation, parameters, is_of_version):
    create_policy(iam, "nobody", Path="/elsewhere/")
    for owner in (aws.number, "999999999999"):
        arn = f"arn:aws:iam::{owner}:policy/nobody"
        refusal = refused(getattr(iam, operation), PolicyArn=arn, **parameters)
        words = f"{arn} version v1 does not exist or is not attachable." if is_of_version else f"{arn} was not found."
        assert (refusal.code, refusal.status, refusal.message) == ("NoSuchEntity", 404, f"Policy {words}")


@pytest.mark.parametrize("operation, parameters, is_of_version", ON_A_POLICY, ids=[each[0] for each in ON_A_POLICY])
def test_an_invalid_arn_is_refused(iam, operation, parameters, is_of_version):
    refusal = refused(getattr(iam, operation), PolicyArn="longpolicynamebutnoarn", **parameters)
    assert (refusal.code, refusal.status) == ("InvalidInput", 400)
    assert refusal.message == "ARN longpolicynamebutnoarn is not valid."


def test_a_policy_that_is_too_long_or_none_is_refused(iam):
    refusal = refused(iam.create_policy, PolicyName="p", PolicyDocument="nothing")
    assert (refusal.code, refusal.status) == ("MalformedPolicyDocument", 400)
    assert refusal.message == "Syntax errors in policy."
    long = policy({"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{n:0100d}" for n in range(60)]})
    refusal = refused(iam.create_policy, PolicyName="p", PolicyDocument=long)
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    assert refusal.message == "Cannot exceed quota for PolicySize: 6144"
    arn = create_policy(iam)
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=long).code == "LimitExceeded"
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument="{}").code == "MalformedPolicyDocument"


def test_versions_are_created_returned_made_default_and_deleted(iam):
    arn = create_policy(iam)
    other = policy({"Effect": "Deny", "Action": "*", "Resource": "*"})
    first = iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)["PolicyVersion"]
    assert (first["VersionId"], first["IsDefaultVersion"], "Document" in first) == ("v2", True, False)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=PERMISSIONS)["PolicyVersion"]
    assert (second["VersionId"], second["IsDefaultVersion"]) == ("v3", False)
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert (version["Document"], version["IsDefaultVersion"]) == (json.loads(other), True)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in versions] == [
        ("v3", False), ("v2", False), ("v1", True)]
    page = iam.list_policy_versions(PolicyArn=arn, MaxItems=2)
    rest = iam.list_policy_versions(PolicyArn=arn, Marker=page["Marker"])
    assert (page["IsTruncated"], [each["VersionId"] for each in rest["Versions"]]) == (True, ["v1"])
    iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    again = iam.create_policy_version(PolicyArn=arn, PolicyDocument=PERMISSIONS)["PolicyVersion"]
    assert again["VersionId"] == "v4"


def test_versions_are_refused_as_aws_refuses_them(iam):
    arn = create_policy(iam)
    refusal = refused(iam.delete_policy_version, PolicyArn=arn, VersionId="v1")
    assert (refusal.code, refusal.status) == ("DeleteConflict", 409)
    assert refusal.message == "Cannot delete the default version of a policy."
    for operation in (iam.get_policy_version, iam.set_default_policy_version, iam.delete_policy_version):
        refusal = refused(operation, PolicyArn=arn, VersionId="v9")
        assert refusal.message == f"Policy {arn} version v9 does not exist or is not attachable."
        refusal = refused(operation, PolicyArn=arn, VersionId="9")
        assert (refusal.code, refusal.message) == (
            "ValidationError",
            "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?")
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=PERMISSIONS)
    refusal = refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=PERMISSIONS)
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    assert refusal.message == (
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version.")
    refusal = refused(iam.delete_policy, PolicyArn=arn)
    assert refusal.code == "DeleteConflict" and refusal.message.startswith("This policy has more than one version.")


def test_policies_are_attached_counted_and_detached(iam):
    own = create_policy(iam)
    for name in ("resize", "crop"):
        create_role(iam, name)
        iam.attach_role_policy(RoleName=name, PolicyArn=own)
    for _ in range(2):
        iam.attach_role_policy(RoleName="resize", PolicyArn=LOGS)
    attached = iam.list_attached_role_policies(RoleName="resize")
    assert attached["AttachedPolicies"] == [
        {"PolicyName": "objects", "PolicyArn": own},
        {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": LOGS}]
    assert iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 2
    assert iam.get_policy(PolicyArn=LOGS)["Policy"]["AttachmentCount"] == 1
    page = iam.list_attached_role_policies(RoleName="resize", MaxItems=1)
    rest = iam.list_attached_role_policies(RoleName="resize", Marker=page["Marker"])
    assert [each["PolicyArn"] for each in rest["AttachedPolicies"]] == [LOGS]
    by_path = iam.list_attached_role_policies(RoleName="resize", PathPrefix="/service-role/")
    assert [each["PolicyArn"] for each in by_path["AttachedPolicies"]] == [LOGS]
    roles = iam.list_entities_for_policy(PolicyArn=own)["PolicyRoles"]
    assert roles == [
        {"RoleName": name, "RoleId": iam.get_role(RoleName=name)["Role"]["RoleId"]} for name in ("resize", "crop")]
    refusal = refused(iam.delete_policy, PolicyArn=own)
    assert (refusal.code, refusal.status) == ("DeleteConflict", 409)
    assert refusal.message == "Cannot delete a policy attached to entities."
    for name in ("resize", "crop"):
        iam.detach_role_policy(RoleName=name, PolicyArn=own)
    refusal = refused(iam.detach_role_policy, RoleName="resize", PolicyArn=own)
    assert (refusal.code, refusal.message) == ("NoSuchEntity", f"Policy {own} was not found.")
    iam.delete_policy(PolicyArn=own)
    assert refused(iam.get_policy, PolicyArn=own).code == "NoSuchEntity"


def test_what_cannot_be_attached_is_refused(aws, iam):
    create_role(iam)
    create_policy(iam)
    for arn in (f"arn:aws:iam::{aws.number}:policy/objects123", "arn:aws:iam::999999999999:policy/objects"):
        refusal = refused(iam.attach_role_policy, RoleName="resize", PolicyArn=arn)
        assert (refusal.code, refusal.status) == ("NoSuchEntity", 404)
        assert refusal.message == f"Policy {arn} does not exist or is not attachable."
    refusal = refused(iam.attach_role_policy, RoleName="resize", PolicyArn="longpolicynamebutnoarn")
    assert (refusal.code, refusal.message) == ("InvalidInput", "ARN longpolicynamebutnoarn is not valid.")
    for number in range(10):
        iam.attach_role_policy(RoleName="resize", PolicyArn=f"arn:aws:iam::aws:policy/Some{number}")
    refusal = refused(iam.attach_role_policy, RoleName="resize", PolicyArn=LOGS)
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    assert refusal.message == "Cannot exceed quota for PoliciesPerRole: 10"


def test_a_boundary_is_put_replaced_counted_and_deleted(aws, iam):
    create_role(iam)
    own = create_policy(iam)
    for arn in (LOGS, own):
        iam.put_role_permissions_boundary(RoleName="resize", PermissionsBoundary=arn)
        boundary = iam.get_role(RoleName="resize")["Role"]["PermissionsBoundary"]
        assert boundary["PermissionsBoundaryArn"] == arn
    policy_of_role = iam.get_policy(PolicyArn=own)["Policy"]
    assert (policy_of_role["AttachmentCount"], policy_of_role["PermissionsBoundaryUsageCount"]) == (0, 1)
    found = iam.list_entities_for_policy(PolicyArn=own, PolicyUsageFilter="PermissionsBoundary")["PolicyRoles"]
    assert [role["RoleName"] for role in found] == ["resize"]
    iam.attach_role_policy(RoleName="resize", PolicyArn=own)
    assert [role["RoleName"] for role in iam.list_entities_for_policy(PolicyArn=own)["PolicyRoles"]] == ["resize"]
    assert iam.list_entities_for_policy(PolicyArn=own, EntityFilter="User")["PolicyRoles"] == []
    iam.detach_role_policy(RoleName="resize", PolicyArn=own)
    assert iam.list_entities_for_policy(PolicyArn=own, PolicyUsageFilter="PermissionsPolicy")["PolicyRoles"] == []
    assert refused(iam.delete_policy, PolicyArn=own).code == "DeleteConflict"
    missing = f"arn:aws:iam::{aws.number}:policy/missing"
    for operation, more in (
        (iam.put_role_permissions_boundary, {"RoleName": "resize"}),
        (iam.create_role, {"RoleName": "other", "AssumeRolePolicyDocument": TRUST}),
    ):
        refusal = refused(operation, PermissionsBoundary=missing, **more)
        assert (refusal.code, refusal.status) == ("NoSuchEntity", 404)
        assert refusal.message == f"Scope ARN: {missing} does not exist or is not attachable."
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["resize"]
    for _ in range(2):
        iam.delete_role_permissions_boundary(RoleName="resize")
    assert "PermissionsBoundary" not in iam.get_role(RoleName="resize")["Role"]
    iam.delete_policy(PolicyArn=own)


def test_aws_policies_are_returned_and_cannot_be_changed(iam):
    got = iam.get_policy(PolicyArn=LOGS)["Policy"]
    assert (got["PolicyName"], got["Path"], got["Arn"]) == ("AWSLambdaBasicExecutionRole", "/service-role/", LOGS)
    document = iam.get_policy_version(PolicyArn=LOGS, VersionId=got["DefaultVersionId"])["PolicyVersion"]["Document"]
    assert "logs:PutLogEvents" in document["Statement"][0]["Action"]
    assert iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/job-function/Whatever")["Policy"]["IsAttachable"]
    for operation, parameters in (
        (iam.delete_policy, {}), (iam.tag_policy, {"Tags": [{"Key": "k", "Value": "v"}]}),
        (iam.create_policy_version, {"PolicyDocument": PERMISSIONS}),
    ):
        refusal = refused(operation, PolicyArn=LOGS, **parameters)
        assert (refusal.code, refusal.status) == ("AccessDenied", 403)


def test_policies_are_listed_by_scope_path_and_use(iam):
    for name, path in (("b", "/x/"), ("a", "/"), ("AWSLambdaExecute", "/x/y/")):
        create_policy(iam, name, Path=path)
    create_role(iam)
    iam.attach_role_policy(RoleName="resize", PolicyArn=LOGS)
    assert names(iam.list_policies(Scope="Local")) == ["AWSLambdaExecute", "a", "b"]
    assert names(iam.list_policies(Scope="Local", PathPrefix="/x/")) == ["AWSLambdaExecute", "b"]
    of_aws = iam.list_policies(Scope="AWS")
    assert "AWSLambdaBasicExecutionRole" in names(of_aws) and "a" not in names(of_aws)
    assert names(iam.list_policies(OnlyAttached=True)) == ["AWSLambdaBasicExecutionRole"]
    assert names(iam.list_policies(Scope="Local", OnlyAttached=True)) == []
    iam.attach_role_policy(RoleName="resize", PolicyArn=iam.list_policies(Scope="Local")["Policies"][2]["Arn"])
    assert names(iam.list_policies(Scope="Local", OnlyAttached=True)) == ["b"]
    assert names(iam.list_policies(Scope="Local", PolicyUsageFilter="PermissionsBoundary")) == []
    everything = names(iam.list_policies())
    pages = list(iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 2}))
    assert [name for page in pages for name in names(page)] == everything
    assert len(everything) == 3 + len(names(of_aws))


def test_tags_of_policies(iam):
    arn = create_policy(iam, Tags=[{"Key": "b", "Value": "1"}])
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "B", "Value": "3"}])
    page = iam.list_policy_tags(PolicyArn=arn, MaxItems=1)
    assert (page["Tags"], page["IsTruncated"]) == ([{"Key": "B", "Value": "3"}], True)
    assert iam.list_policy_tags(PolicyArn=arn, Marker=page["Marker"])["Tags"] == [{"Key": "a", "Value": "2"}]
    iam.untag_policy(PolicyArn=arn, TagKeys=["b"])
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Tags"] == [{"Key": "a", "Value": "2"}]


def test_accounts_do_not_see_each_others_policies(aws, iam):
    arn = create_policy(iam)
    other = Account(aws.server).client("iam")
    assert other.list_policies(Scope="Local")["Policies"] == []
    assert refused(other.get_policy, PolicyArn=arn).code == "NoSuchEntity"
    create_role(other)
    other.attach_role_policy(RoleName="resize", PolicyArn=LOGS)
    assert iam.get_policy(PolicyArn=LOGS)["Policy"]["AttachmentCount"] == 0
