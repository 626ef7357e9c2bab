"""Caller identities and role sessions."""

import re
import urllib.request
from datetime import datetime, timedelta, timezone

import pytest
from botocore.credentials import Credentials

from account import Account, client, refused
from identities import create_role, policy
from packages import boto3_layer
from signing import Keys
from signing import client as signed_client


@pytest.fixture
def sts(aws):
    return aws.client("sts")


@pytest.fixture
def role(aws):
    return create_role(aws.client("iam"), Path="/images/", MaxSessionDuration=7200)


def session(aws, credentials, service="sts"):
    return client(
        aws.server.url, credentials["AccessKeyId"], aws.region, service, secret=credentials["SecretAccessKey"],
        token=credentials["SessionToken"])


def test_an_access_key_of_an_account_is_its_root(aws, sts):
    answer = sts.get_caller_identity()
    assert (answer["Account"], answer["UserId"]) == (aws.number, aws.number)
    assert answer["Arn"] == f"arn:aws:iam::{aws.number}:root"


def test_any_other_access_key_is_the_servers_own_account(aws):
    answer = client(aws.server.url, "AKIAIOSFODNN7EXAMPLE", service="sts").get_caller_identity()
    assert answer["Arn"] == "arn:aws:iam::000000000000:root"


def test_a_session_of_a_role_acts_in_the_roles_account(aws, sts, role):
    before = datetime.now(timezone.utc)
    answer = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me@here", DurationSeconds=900)
    user = answer["AssumedRoleUser"]
    assert user["Arn"] == f"arn:aws:sts::{aws.number}:assumed-role/resize/me@here"
    assert user["AssumedRoleId"] == f"{role['RoleId']}:me@here"
    credentials = answer["Credentials"]
    assert re.fullmatch("ASIA[A-Z0-9]{16}", credentials["AccessKeyId"])
    assert timedelta(seconds=890) < credentials["Expiration"] - before < timedelta(seconds=910)
    identity = session(aws, credentials).get_caller_identity()
    assert (identity["Account"], identity["Arn"], identity["UserId"]) == (
        aws.number, user["Arn"], user["AssumedRoleId"])
    assert session(aws, credentials, "iam").get_role(RoleName="resize")["Role"]["Arn"] == role["Arn"]
    assert session(aws, credentials, "lambda").list_functions()["Functions"] == []


def trusting(**statement):
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", **statement})


@pytest.mark.parametrize("principal", ["999999999998", "arn:aws:iam::999999999998:root", "*"])
def test_a_role_of_another_account_is_assumed_where_it_trusts_that_account(aws, role, principal):
    aws.client("iam").update_assume_role_policy(
        RoleName="resize", PolicyDocument=trusting(Principal={"AWS": ["123456789012", principal]}))
    other = client(aws.server.url, "999999999998", service="sts")
    answer = other.assume_role(RoleArn=role["Arn"], RoleSessionName="guest", SourceIdentity="someone")
    assert answer["SourceIdentity"] == "someone"
    assert session(aws, answer["Credentials"]).get_caller_identity()["Account"] == aws.number


@pytest.mark.parametrize("statements", [
    [{"Principal": {"Service": "lambda.amazonaws.com"}}],
    [{"Principal": {"AWS": "123456789012"}}],
    [{"Principal": {"AWS": "*"}, "Action": "sts:TagSession"}],
    [{"Principal": {"AWS": "*"}, "Condition": {"StringEquals": {"sts:ExternalId": "secret"}}}],
    [{"Principal": {"AWS": "*"}}, {"Principal": {"AWS": "999999999998"}, "Effect": "Deny"}],
    [{"Principal": "*"}, {"NotPrincipal": {"AWS": "123456789012"}, "Effect": "Deny"}],
])
def test_a_role_that_does_not_trust_an_account_is_not_assumed_by_it(aws, role, statements):
    text = policy(*({"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in statements))
    aws.client("iam").update_assume_role_policy(RoleName="resize", PolicyDocument=text)
    other = client(aws.server.url, "999999999998", service="sts")
    refusal = refused(other.assume_role, RoleArn=role["Arn"], RoleSessionName="guest")
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == (
        f"User: arn:aws:iam::999999999998:root is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}")
    assert aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="own")


def test_a_service_assumes_roles_that_trust_it_and_has_no_part_in_iam(guarded, keys):
    arns = {}
    for name in ("s3", "lambda"):
        text = trusting(Principal={"Service": f"{name}.amazonaws.com"})
        iam = signed_client(guarded, keys.create("--account", "123456789012"), "iam")
        arns[name] = create_role(iam, f"for-{name}", AssumeRolePolicyDocument=text)["Arn"]
    key = keys.create("--account", "123456789012", "--service", "s3.amazonaws.com")
    sts = signed_client(guarded, key, "sts")
    assert sts.assume_role(RoleArn=arns["s3"], RoleSessionName="me")
    refusal = refused(sts.assume_role, RoleArn=arns["lambda"], RoleSessionName="me")
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    refusal = refused(signed_client(guarded, key, "iam").update_assume_role_policy,
                      RoleName="for-lambda", PolicyDocument=trusting(Principal="*"))
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == (
        "User: s3.amazonaws.com is not authorized to perform: iam:UpdateAssumeRolePolicy on resource: *")


def test_an_external_id_is_asked_for_where_the_role_wants_one(aws):
    wanted = trusting(Principal={"AWS": "999999999998"}, Condition={"StringEquals": {"sts:ExternalId": "secret-1"}})
    role = create_role(aws.client("iam"), AssumeRolePolicyDocument=wanted)
    other = client(aws.server.url, "999999999998", service="sts")
    for given in ({}, {"ExternalId": "secret-2"}):
        assert refused(other.assume_role, RoleArn=role["Arn"], RoleSessionName="me", **given).code == "AccessDenied"
    assert other.assume_role(RoleArn=role["Arn"], RoleSessionName="me", ExternalId="secret-1")["Credentials"]


def test_a_role_that_does_not_exist_may_not_be_assumed(aws, sts, role):
    for arn in (f"arn:aws:iam::{aws.number}:role/nobody", f"arn:aws:iam::{aws.number}:role/resize"):
        refusal = refused(sts.assume_role, RoleArn=arn, RoleSessionName="me")
        assert (refusal.code, refusal.status) == ("AccessDenied", 403)
        assert refusal.message == (
            f"User: arn:aws:iam::{aws.number}:root is not authorized to perform: sts:AssumeRole on resource: {arn}")


def test_an_arn_that_is_no_roles_is_refused(aws, sts):
    arn = f"arn:aws:iam::{aws.number}:user/somebody"
    refusal = refused(sts.assume_role, RoleArn=arn, RoleSessionName="me")
    assert (refusal.code, refusal.status, refusal.message) == ("ValidationError", 400, f"{arn} is invalid")


@pytest.mark.parametrize("name, words", [
    ("a b", r"Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression "
            r"pattern: [\w+=,.@-]*"),
    ("a", "Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal "
          "to 2"),
    ("a" * 65, f"Value '{'a' * 65}' at 'roleSessionName' failed to satisfy constraint: Member must have length less "
               "than or equal to 64"),
])
def test_a_name_of_a_session_keeps_to_the_models_rules(sts, role, name, words):
    refusal = refused(sts.assume_role, RoleArn=role["Arn"], RoleSessionName=name)
    assert (refusal.code, refusal.status) == ("ValidationError", 400)
    assert refusal.message == f"1 validation error detected: {words}"


def test_a_session_is_as_long_as_the_role_allows(aws, sts, role):
    def seconds(number):
        return {"RoleArn": role["Arn"], "RoleSessionName": "me", "DurationSeconds": number}

    assert sts.assume_role(**seconds(7200))
    refusal = refused(sts.assume_role, **seconds(7201))
    assert (refusal.code, refusal.message) == (
        "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    refusal = refused(sts.assume_role, **seconds(899))
    assert refusal.message == (
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have "
        "value greater than or equal to 900")
    chained = session(aws, sts.assume_role(**seconds(900))["Credentials"])
    assert chained.assume_role(**seconds(3600))
    refusal = refused(chained.assume_role, **seconds(3601))
    assert (refusal.code, refusal.message) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")


def test_a_policy_of_a_session_must_be_json(sts, role):
    refusal = refused(sts.assume_role, RoleArn=role["Arn"], RoleSessionName="me", Policy="{")
    assert (refusal.code, refusal.status) == ("MalformedPolicyDocument", 400)
    assert sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me", Policy="{}")


def test_a_function_is_a_session_of_its_role(aws):
    name = aws.deploy("""
        import json, urllib.request, os
        def handler(event, context):
            url = os.environ["AWS_ENDPOINT_URL"] + "/?Action=GetCallerIdentity&Version=2011-06-15"
            scope = "Credential=x/20260101/us-east-1/sts/aws4_request"
            request = urllib.request.Request(url, headers={"Authorization": "AWS4-HMAC-SHA256 " + scope})
            return urllib.request.urlopen(request, timeout=10).read().decode()
    """)
    answer = aws.invoke(name).value
    assert f"<Arn>arn:aws:sts::{aws.number}:assumed-role/lambda/{name}</Arn>" in answer


def test_a_link_identifies_its_signer(aws, sts):
    link = sts.generate_presigned_url("get_caller_identity")
    with urllib.request.urlopen(link, timeout=10) as answer:
        assert f"<Account>{aws.number}</Account>".encode() in answer.read()


@pytest.fixture
def signed_role(guarded, key):
    """A role of the key's account, until the test ends: functions of other tests name one that is not there."""
    iam = signed_client(guarded, key, "iam")
    yield create_role(iam, "signed")
    iam.delete_role(RoleName="signed")


def test_a_session_signs_where_signatures_are_verified(guarded, key, signed_role):
    answer = signed_client(guarded, key, "sts").assume_role(RoleArn=signed_role["Arn"], RoleSessionName="me")
    credentials = answer["Credentials"]
    visitor = Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"])
    sts = signed_client(guarded, visitor, "sts", token=credentials["SessionToken"])
    assert sts.get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]
    refusal = refused(signed_client(guarded, visitor, "sts", token="altered").get_caller_identity)
    assert refusal.status == 403


def test_other_operations_are_named(sts):
    refusal = refused(sts.get_session_token)
    assert (refusal.code, refusal.status) == ("NotImplementedException", 501)
    assert "sts:GetSessionToken" in refusal.message


IDENTITIES = """
    import os
    import boto3

    def arn(**session):
        return boto3.client("sts", **session).get_caller_identity()["Arn"]

    def handler(event, context):
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        found = {"own": arn(), "credentials": [os.environ[name] for name in names]}
        if event:
            made = boto3.client("sts").assume_role(RoleArn=event, RoleSessionName="inner")["Credentials"]
            found["assumed"] = arn(
                aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
                aws_session_token=made["SessionToken"])
        return found
"""


@pytest.mark.parametrize("options", [[], ["--auth"], ["--function-network", "host"],
                                     ["--auth", "--function-network", "host"]], ids=" ".join)
def test_a_function_is_a_session_of_its_role(installation, options):
    server = installation.start(arguments=options)
    aws = Account(server)
    if "--auth" in options:
        key = Keys(server).create("--account", aws.number)
        aws.lambda_, iam = (signed_client(server, key, service) for service in ("lambda", "iam"))
    else:
        iam = aws.client("iam")
    other = create_role(iam, "other")["Arn"]
    layer = aws.publish("boto3", boto3_layer("sts"))["LayerVersionArn"]
    name = aws.deploy(IDENTITIES, Role=create_role(iam, "worker", Path="/team/")["Arn"], Layers=[layer],
                      MemorySize=512, Timeout=30)
    found = aws.invoke(name, other).value
    assert found["own"] == f"arn:aws:sts::{aws.number}:assumed-role/worker/{name}"
    assert found["assumed"] == f"arn:aws:sts::{aws.number}:assumed-role/other/inner"
    server.stop()


def test_each_environment_has_credentials_of_its_own_that_work_outside(either):
    layer = either.publish("boto3", boto3_layer("sts"))["LayerVersionArn"]
    name = either.deploy(IDENTITIES, Layers=[layer], MemorySize=512, Timeout=30)
    first = either.invoke(name).value["credentials"]
    assert either.invoke(name).value["credentials"] == first
    either.change(name, MemorySize=576)
    second = either.invoke(name).value["credentials"]
    assert all(one != another for one, another in zip(first, second))
    for key, secret, token in (first, second):
        assert re.fullmatch("ASIA[A-Z0-9]{16}", key) and len(secret) == 40
        identity = client(either.server.url, key, service="sts", secret=secret, token=token).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::{either.number}:assumed-role/lambda/{name}"
