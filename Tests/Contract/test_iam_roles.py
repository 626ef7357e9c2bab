"""Roles through boto3: stored and returned values, and refusals with their messages."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from account import Account, refused
from identities import LOGS, PERMISSIONS, TRUST, create_policy, create_role, policy

NO_ROLE = "The role with name nobody cannot be found."
# Operations on a role, and their other parameters.
ON_A_ROLE = [
    ("get_role", {}), ("delete_role", {}), ("update_role", {}), ("update_role_description", {"Description": "d"}),
    ("update_assume_role_policy", {"PolicyDocument": TRUST}), ("list_instance_profiles_for_role", {}),
    ("put_role_policy", {"PolicyName": "p", "PolicyDocument": PERMISSIONS}), ("get_role_policy", {"PolicyName": "p"}),
    ("delete_role_policy", {"PolicyName": "p"}), ("list_role_policies", {}),
    ("attach_role_policy", {"PolicyArn": LOGS}), ("detach_role_policy", {"PolicyArn": LOGS}),
    ("list_attached_role_policies", {}), ("list_role_tags", {}),
    ("tag_role", {"Tags": [{"Key": "k", "Value": "v"}]}), ("untag_role", {"TagKeys": ["k"]}),
    ("put_role_permissions_boundary", {"PermissionsBoundary": LOGS}), ("delete_role_permissions_boundary", {}),
]


@pytest.fixture
def iam(aws):
    return aws.client("iam")


def test_a_role_is_created_with_what_aws_fills_in(aws, iam):
    role = create_role(iam)
    assert role["Arn"] == f"arn:aws:iam::{aws.number}:role/resize"
    assert re.fullmatch("AROA[A-Z0-9]{17}", role["RoleId"])
    assert datetime.now(timezone.utc) - role["CreateDate"] < timedelta(minutes=1)
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert set(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    got = iam.get_role(RoleName="resize")["Role"]
    assert got == {**role, "MaxSessionDuration": 3600, "RoleLastUsed": {}}


def test_a_role_keeps_all_that_it_is_created_with(aws, iam):
    boundary = create_policy(iam, "boundary")
    tags = [{"Key": "team", "Value": "images"}, {"Key": "empty", "Value": ""}]
    settings = {
        "Path": "/images/small/", "Description": "Größe & <more> \"quotes\"", "MaxSessionDuration": 43200,
        "PermissionsBoundary": boundary, "Tags": tags,
    }
    role = create_role(iam, "a+=,.@-_Z", **settings)
    assert role["Arn"] == f"arn:aws:iam::{aws.number}:role/images/small/a+=,.@-_Z"
    assert role["Tags"] == tags
    got = iam.get_role(RoleName="a+=,.@-_Z")["Role"]
    assert (got["Path"], got["MaxSessionDuration"], got["Tags"]) == ("/images/small/", 43200, tags)
    assert got["Description"] == settings["Description"]
    assert got["PermissionsBoundary"] == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    listed = iam.list_roles()["Roles"]
    assert [set(each) & {"Tags", "PermissionsBoundary", "RoleLastUsed"} for each in listed] == [set()]
    assert listed[0]["Description"] == settings["Description"]


def test_a_trust_policy_comes_back_as_it_was_sent(iam):
    text = TRUST.replace(" ", "\n\t  ").replace('"2012-10-17"', '"2012-10-17" ')
    create_role(iam, AssumeRolePolicyDocument=text)
    assert iam.get_role(RoleName="resize")["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUST)
    other = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
    iam.update_assume_role_policy(RoleName="resize", PolicyDocument=other)
    assert iam.get_role(RoleName="resize")["Role"]["AssumeRolePolicyDocument"] == json.loads(other)


def test_a_name_is_used_once_whatever_its_case(iam):
    create_role(iam, "Resize")
    for name in ("Resize", "resize"):
        refusal = refused(iam.create_role, RoleName=name, AssumeRolePolicyDocument=TRUST, Path="/other/")
        assert (refusal.code, refusal.status) == ("EntityAlreadyExists", 409)
        assert refusal.message == f"Role with name {name} already exists."
        assert refusal.response["Error"]["Type"] == "Sender"
    assert refused(iam.get_role, RoleName="resize").code == "NoSuchEntity"


@pytest.mark.parametrize("operation, parameters", ON_A_ROLE, ids=[name for name, _ in ON_A_ROLE])
def test_a_role_that_does_not_exist_is_named(iam, operation, parameters):
    refusal = refused(getattr(iam, operation), RoleName="nobody", **parameters)
    assert (refusal.code, refusal.status, refusal.message) == ("NoSuchEntity", 404, NO_ROLE)


def test_roles_belong_to_an_account_and_to_no_region(aws, iam):
    create_role(iam)
    assert aws.in_region("eu-west-1").client("iam").get_role(RoleName="resize")
    other = Account(aws.server).client("iam")
    assert other.list_roles()["Roles"] == []
    assert refused(other.get_role, RoleName="resize").code == "NoSuchEntity"


def test_a_role_is_updated(iam):
    create_role(iam, Description="old")
    iam.update_role(RoleName="resize", MaxSessionDuration=7200)
    role = iam.get_role(RoleName="resize")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("old", 7200)
    answer = iam.update_role_description(RoleName="resize", Description="new")["Role"]
    assert (answer["Description"], answer["RoleName"]) == ("new", "resize")
    iam.update_role(RoleName="resize", Description="newer")
    assert iam.get_role(RoleName="resize")["Role"]["Description"] == "newer"


def test_a_role_is_deleted_when_it_has_no_policies(iam):
    create_role(iam)
    iam.put_role_policy(RoleName="resize", PolicyName="inline", PolicyDocument=PERMISSIONS)
    iam.attach_role_policy(RoleName="resize", PolicyArn=LOGS)
    refusal = refused(iam.delete_role, RoleName="resize")
    assert (refusal.code, refusal.status) == ("DeleteConflict", 409)
    assert refusal.message == "Cannot delete entity, must detach all policies first."
    iam.detach_role_policy(RoleName="resize", PolicyArn=LOGS)
    refusal = refused(iam.delete_role, RoleName="resize")
    assert (refusal.code, refusal.message) == ("DeleteConflict", "Cannot delete entity, must delete policies first.")
    iam.delete_role_policy(RoleName="resize", PolicyName="inline")
    first = iam.get_role(RoleName="resize")["Role"]["RoleId"]
    iam.delete_role(RoleName="resize")
    assert refused(iam.get_role, RoleName="resize").code == "NoSuchEntity"
    assert create_role(iam)["RoleId"] != first


def test_an_invalid_trust_policy_is_refused(iam):
    for text, words in (
        ("{", "This policy contains invalid Json"),
        (PERMISSIONS, "Has prohibited field Resource"),
        (TRUST.replace("sts:", "s3:"), "AssumeRole policy may only specify STS AssumeRole actions."),
    ):
        refusal = refused(iam.create_role, RoleName="r", AssumeRolePolicyDocument=text)
        assert (refusal.code, refusal.status, refusal.message) == ("MalformedPolicyDocument", 400, words)
    create_role(iam)
    assert refused(
        iam.update_assume_role_policy, RoleName="resize", PolicyDocument="{").code == "MalformedPolicyDocument"
    long = policy(*[json.loads(TRUST)["Statement"][0]] * 40)
    refusal = refused(iam.create_role, RoleName="r", AssumeRolePolicyDocument=long)
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    assert refusal.message == "Cannot exceed quota for ACLSizePerRole: 2048"


def test_pages_continue_after_a_marker_while_roles_are_created_and_deleted(iam):
    for number in range(7):
        create_role(iam, f"role-{number}", Path="/even/" if number % 2 == 0 else "/odd/")
    first = iam.list_roles(MaxItems=3)
    assert first["IsTruncated"] and [r["RoleName"] for r in first["Roles"]] == ["role-0", "role-1", "role-2"]
    iam.delete_role(RoleName="role-2")
    create_role(iam, "role-00")
    rest = iam.list_roles(Marker=first["Marker"])
    assert [role["RoleName"] for role in rest["Roles"]] == ["role-3", "role-4", "role-5", "role-6"]
    assert rest["IsTruncated"] is False and "Marker" not in rest
    pages = iam.get_paginator("list_roles").paginate(PathPrefix="/ev", PaginationConfig={"PageSize": 1})
    assert [role["RoleName"] for page in pages for role in page["Roles"]] == ["role-0", "role-4", "role-6"]
    assert iam.list_roles(PathPrefix="/nowhere/")["Roles"] == []
    refusal = refused(iam.list_roles, Marker="damaged")
    assert (refusal.code, refusal.status) == ("ValidationError", 400)


def test_inline_policies_are_put_returned_listed_and_deleted(iam):
    create_role(iam)
    other = policy({"Effect": "Deny", "Action": ["s3:*"], "Resource": "arn:aws:s3:::x/*"})
    for name in ("b", "a", "c"):
        iam.put_role_policy(RoleName="resize", PolicyName=name, PolicyDocument=PERMISSIONS)
    iam.put_role_policy(RoleName="resize", PolicyName="b", PolicyDocument=other)
    got = iam.get_role_policy(RoleName="resize", PolicyName="b")
    assert (got["RoleName"], got["PolicyName"], got["PolicyDocument"]) == ("resize", "b", json.loads(other))
    page = iam.list_role_policies(RoleName="resize", MaxItems=2)
    assert (page["PolicyNames"], page["IsTruncated"]) == (["a", "b"], True)
    assert iam.list_role_policies(RoleName="resize", Marker=page["Marker"])["PolicyNames"] == ["c"]
    iam.delete_role_policy(RoleName="resize", PolicyName="a")
    assert iam.list_role_policies(RoleName="resize")["PolicyNames"] == ["b", "c"]
    for operation in (iam.get_role_policy, iam.delete_role_policy):
        refusal = refused(operation, RoleName="resize", PolicyName="a")
        assert (refusal.code, refusal.message) == ("NoSuchEntity", "The role policy with name a cannot be found.")
    refusal = refused(iam.put_role_policy, RoleName="resize", PolicyName="a", PolicyDocument="{}")
    assert (refusal.code, refusal.message) == ("MalformedPolicyDocument", "Syntax errors in policy.")


def test_inline_policies_together_have_a_limit(iam):
    create_role(iam)
    resources = [f"arn:aws:s3:::{number:0100d}" for number in range(50)]
    half = policy({"Effect": "Allow", "Action": "s3:*", "Resource": resources})
    iam.put_role_policy(RoleName="resize", PolicyName="a", PolicyDocument=half)
    refusal = refused(iam.put_role_policy, RoleName="resize", PolicyName="b", PolicyDocument=half)
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    assert refusal.message == "Maximum policy size of 10240 bytes exceeded for role resize"
    iam.put_role_policy(RoleName="resize", PolicyName="a", PolicyDocument=half)
    assert iam.list_role_policies(RoleName="resize")["PolicyNames"] == ["a"]


def test_tags_are_set_replaced_listed_and_removed(iam):
    create_role(iam, Tags=[{"Key": "Team", "Value": "old"}])
    iam.tag_role(RoleName="resize", Tags=[{"Key": "team", "Value": "new"}, {"Key": "a", "Value": ""}])
    assert iam.list_role_tags(RoleName="resize")["Tags"] == [{"Key": "a", "Value": ""}, {"Key": "team", "Value": "new"}]
    page = iam.list_role_tags(RoleName="resize", MaxItems=1)
    assert page["IsTruncated"] is True
    assert iam.list_role_tags(RoleName="resize", Marker=page["Marker"])["Tags"] == [{"Key": "team", "Value": "new"}]
    iam.untag_role(RoleName="resize", TagKeys=["TEAM", "unknown"])
    iam.untag_role(RoleName="resize", TagKeys=[])
    assert iam.get_role(RoleName="resize")["Role"]["Tags"] == [{"Key": "a", "Value": ""}]
    iam.untag_role(RoleName="resize", TagKeys=["a"])
    assert "Tags" not in iam.get_role(RoleName="resize")["Role"]


def test_tags_are_refused_twice_or_above_fifty(iam):
    create_role(iam, Tags=[{"Key": str(number), "Value": ""} for number in range(50)])
    refusal = refused(iam.tag_role, RoleName="resize", Tags=[{"Key": "one more", "Value": ""}])
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    iam.tag_role(RoleName="resize", Tags=[{"Key": "7", "Value": "replaced"}])
    refusal = refused(iam.tag_role, RoleName="resize", Tags=[{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}])
    assert (refusal.code, refusal.status) == ("InvalidInput", 400)
    assert refusal.message == "Duplicate tag keys found. Please note that Tag keys are case insensitive."


def test_no_update_of_sixteen_clients_is_lost(aws, iam):
    create_role(iam)
    clients = [aws.client("iam") for _ in range(16)]

    def work(number):
        for turn in range(3):
            key = f"{number}-{turn}"
            clients[number].tag_role(RoleName="resize", Tags=[{"Key": key, "Value": key}])
        clients[number].put_role_policy(RoleName="resize", PolicyName=str(number), PolicyDocument=PERMISSIONS)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert len(iam.list_role_tags(RoleName="resize")["Tags"]) == 48
    assert len(iam.list_role_policies(RoleName="resize")["PolicyNames"]) == 16


def test_roles_survive_a_restart_and_a_kill(installation):
    server = installation.start()
    iam = Account(server).client("iam")
    role = create_role(iam, Tags=[{"Key": "k", "Value": "v"}])
    iam.attach_role_policy(RoleName="resize", PolicyArn=LOGS)
    number = role["Arn"].split(":")[4]
    server.kill()
    again = Account(installation.start(data=server.data), number).client("iam")
    assert again.get_role(RoleName="resize")["Role"]["RoleId"] == role["RoleId"]
    assert [each["PolicyArn"] for each in again.list_attached_role_policies(RoleName="resize")["AttachedPolicies"]] == [
        LOGS]
