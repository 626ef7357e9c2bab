"""The query protocol below the clients, and each constraint of the models of IAM and STS."""

import functools
import http.client
import re
import uuid
from urllib.parse import urlencode
from xml.etree import ElementTree

import boto3
import pytest

from account import client, refused
from identities import PERMISSIONS, TRUST

CREDENTIAL = "AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/{service}/aws4_request"
IMPLEMENTED = {
    "sts": {"AssumeRole", "GetCallerIdentity"},
    "iam": {
        "AttachRolePolicy", "CreatePolicy", "CreatePolicyVersion", "CreateRole", "DeletePolicy", "DeletePolicyVersion",
        "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "DetachRolePolicy", "GetPolicy",
        "GetPolicyVersion", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListEntitiesForPolicy",
        "ListInstanceProfilesForRole", "ListPolicies", "ListPolicyTags", "ListPolicyVersions", "ListRolePolicies",
        "ListRoles", "ListRoleTags", "PutRolePermissionsBoundary", "PutRolePolicy", "SetDefaultPolicyVersion",
        "TagPolicy", "TagRole", "UntagPolicy", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole",
        "UpdateRoleDescription",
    },
}
SERVICE_MODELS = {name: boto3.session.Session().client(name, region_name="us-east-1").meta.service_model
                  for name in IMPLEMENTED}
# A value for each shape, so that a request is valid except for what a test changes.
HONEST = {
    "roleNameType": "r", "policyNameType": "p", "policyDocumentType": PERMISSIONS, "policyVersionIdType": "v1",
    "arnType": "arn:aws:iam::aws:policy/p", "roleSessionNameType": "session", "roleDescriptionType": "d",
    "tagListType": [{"Key": "k", "Value": "v"}], "tagKeyListType": ["k"],
}


def send(server, service, form, method="POST", headers=None, account="100000000000"):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {"Authorization": CREDENTIAL.format(account=account, service=service), **(headers or {})}
    text = form if isinstance(form, (str, bytes)) else urlencode(form)
    if method == "GET":
        connection.request("GET", "/?" + text, None, headers)
    else:
        connection.request("POST", "/", text, {"Content-Type": "application/x-www-form-urlencoded", **headers})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, ElementTree.fromstring(content)


def error(tree):
    found = {child.tag.rpartition("}")[2]: child.text for child in tree[0]}
    return found["Code"], found["Message"]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_answer_is_xml_of_the_services_namespace_with_its_request_id(server, method):
    form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    answer, tree = send(server, "sts", form, method)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    space = "{https://sts.amazonaws.com/doc/2011-06-15/}"
    assert tree.tag == f"{space}GetCallerIdentityResponse"
    assert tree.findtext(f"{space}GetCallerIdentityResult/{space}Account") == "100000000000"
    request_id = tree.findtext(f"{space}ResponseMetadata/{space}RequestId")
    assert str(uuid.UUID(request_id)) == request_id == answer.headers["x-amzn-RequestId"]


def test_an_error_is_xml_with_its_request_id(server):
    answer, tree = send(server, "iam", {"Action": "GetRole", "Version": "2010-05-08", "RoleName": "nobody"})
    space = "{https://iam.amazonaws.com/doc/2010-05-08/}"
    assert (answer.status, tree.tag) == (404, f"{space}ErrorResponse")
    assert [child.tag.removeprefix(space) for child in tree] == ["Error", "RequestId"]
    assert [child.tag.removeprefix(space) for child in tree[0]] == ["Type", "Code", "Message"]
    assert tree[0][0].text == "Sender"
    assert tree[1].text == answer.headers["x-amzn-RequestId"]


@pytest.mark.parametrize("form, status, code", [
    ("", 400, "MissingAction"), ("Action=", 400, "MissingAction"), ("Version=2010-05-08", 400, "MissingAction"),
    ("Action=Nothing&Version=2010-05-08", 400, "InvalidAction"), ("Action=ListRoles", 400, "InvalidAction"),
    ("Action=ListRoles&Version=2011-01-01", 400, "InvalidAction"), ("Action=%zz", 404, "MalformedQueryString"),
    (b"Action=\xff", 404, "MalformedQueryString"), (b'{"Action": "ListRoles"}', 400, "MissingAction"),
    ("Action=CreateUser&Version=2010-05-08", 501, "NotImplementedException"),
    ("Action=ListRoles&Version=2010-05-08&MaxItems=many", 400, "MalformedInput"),
    ("Action=ListRoles&Version=2010-05-08&MaxItems.member.1=1", 400, "MalformedInput"),
    ("Action=ListRoles&Version=2010-05-08&" + "a&" * 100_000, 400, "MalformedInput"),
    ("Action=TagRole&Version=2010-05-08&RoleName=r&" + "Tags." * 10_000 + "x=1", 400, "MalformedInput"),
])
def test_what_is_no_call_is_an_error_of_aws_shape(server, form, status, code):
    answer, tree = send(server, "iam", form)
    assert (answer.status, error(tree)[0]) == (status, code)


def test_a_form_that_is_too_long_is_not_read(server):
    answer, tree = send(server, "iam", "Action=ListRoles", headers={"Content-Length": "2000000"})
    assert (answer.status, error(tree)[0]) == (413, "RequestEntityTooLargeException")


def test_a_form_that_is_not_signed_is_of_the_service_that_has_its_version(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    form = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    connection.request("POST", "/", form, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert b"<Account>000000000000</Account>" in answer.read()
    connection.close()


def test_other_services_are_still_not_here(aws):
    refusal = refused(aws.client("sns").list_topics)
    assert refusal.status == 501 and "sns" in refusal.message


@pytest.mark.parametrize("service", IMPLEMENTED)
def test_operations_that_are_not_here_are_named(aws, service):
    others = set(SERVICE_MODELS[service].operation_names) - IMPLEMENTED[service]
    for name in others:
        form = {"Action": name, "Version": SERVICE_MODELS[service].api_version}
        answer, tree = send(aws.server, service, form)
        assert answer.status == 501, name
        assert error(tree) == ("NotImplementedException", f"Strata does not implement {service}:{name} yet.")


def honest_input(shape):
    return {name: HONEST[member.name] for name, member in shape.members.items()
            if name in shape.required_members and member.name in HONEST}


def violations():
    """Each member of each input with a value that violates one of its constraints, and the expected message."""
    for service, names in IMPLEMENTED.items():
        for operation in sorted(names):
            shape = SERVICE_MODELS[service].operation_model(operation).input_shape
            for name, member in shape.members.items() if shape else ():
                path = name[0].lower() + name[1:]
                broken = list(broken_values(member))
                if name in shape.required_members:
                    broken.append((None, "must not be null"))
                for value, words in broken:
                    case = f"{operation}-{name}-{words[10:32]}"
                    yield pytest.param(service, operation, {name: value}, path, words, id=case)


def broken_values(shape):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "integer":
        if low is not None:
            yield low - 1, f"must have value greater than or equal to {low}"
        if high is not None:
            yield high + 1, f"must have value less than or equal to {high}"
    if shape.type_name == "string" and high is not None and high < 100_000:
        yield "a" * (high + 1), f"must have length less than or equal to {high}"
    if shape.type_name == "string" and low:
        yield "a" * (low - 1), f"must have length greater than or equal to {low}"
    if shape.type_name == "string" and shape.metadata.get("pattern"):
        yield "\x01" * max(low or 1, 2), f"must satisfy regular expression pattern: {shape.metadata['pattern']}"
    if shape.metadata.get("enum"):
        yield "something else", f"must satisfy enum value set: [{', '.join(shape.metadata['enum'])}]"
    if shape.type_name == "list" and high is not None:
        is_text = shape.member.type_name == "string"
        element = "k" if is_text else {name: "k" * 20 for name in shape.member.members}
        yield [element] * (high + 1), f"must have length less than or equal to {high}"


@functools.cache
def lenient(url, service):
    """A client without validation, cached because creating one takes longer than a call."""
    return client(url, "100000000001", service=service)


@pytest.mark.parametrize("service, operation, change, path, words", list(violations()))
def test_a_value_that_breaks_a_constraint_is_refused_in_the_models_words(
    server, service, operation, change, path, words
):
    model = SERVICE_MODELS[service]
    parameters = {**honest_input(model.operation_model(operation).input_shape), **change}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()
    refusal = refused(getattr(lenient(server.url, service), method), **parameters)
    assert (refusal.code, refusal.status) == ("ValidationError", 400), refusal.message
    assert "validation error" in refusal.message
    assert f"at '{path}' failed to satisfy constraint: Member {words}" in refusal.message


def test_values_are_left_out_of_the_messages_of_iam(aws):
    refusal = refused(aws.client("iam").create_role, RoleName="a b", AssumeRolePolicyDocument=TRUST)
    assert refusal.message == (
        "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must satisfy regular "
        r"expression pattern: [\w+=,.@-]+")
