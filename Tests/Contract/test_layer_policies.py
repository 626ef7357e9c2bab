"""Policies of layer versions: AddLayerVersionPermission, RemoveLayerVersionPermission, GetLayerVersionPolicy."""

import json
import threading
import uuid

import pytest

from account import Account, refused
from layer_permissions import GET, PACKAGE, allow, disallow

STALE = (
    "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the "
    "latest Revision Id"
)


@pytest.fixture
def layer(aws):
    """The ARN of version 1 of the layer greeting."""
    return aws.publish("greeting", PACKAGE)["LayerVersionArn"]


def policy(aws, **parameters):
    return aws.lambda_.get_layer_version_policy(**{"LayerName": "greeting", "VersionNumber": 1, **parameters})


def statement_ids(aws):
    return [each["Sid"] for each in json.loads(policy(aws)["Policy"])["Statement"]]


def test_a_statement_and_a_policy_are_written_as_lambda_writes_them(aws, layer):
    first = allow(aws, "everybody")
    assert first["Statement"] == (
        f'{{"Sid":"everybody","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"{layer}"}}'
    )
    second = allow(aws, "account", "123456789012")
    assert second["Statement"] == (
        '{"Sid":"account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},'
        f'"Action":"lambda:GetLayerVersion","Resource":"{layer}"}}'
    )
    third = allow(aws, "organization", OrganizationId="o-t194hfs8cz")
    assert third["Statement"] == (
        '{"Sid":"organization","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion",'
        f'"Resource":"{layer}","Condition":{{"StringEquals":{{"aws:PrincipalOrgID":"o-t194hfs8cz"}}}}}}'
    )
    statements = ",".join(each["Statement"] for each in (first, second, third))
    got = policy(aws)
    assert got["Policy"] == f'{{"Version":"2012-10-17","Id":"default","Statement":[{statements}]}}'
    assert got["RevisionId"] == third["RevisionId"]


def test_a_layer_is_named_by_its_arn_too(aws, layer):
    arn = layer.rpartition(":")[0]
    allow(aws, "one", LayerName=arn)
    assert policy(aws, LayerName=arn)["Policy"] == policy(aws)["Policy"]
    disallow(aws, "one", LayerName=arn)


def test_every_change_has_a_new_revision(aws, layer):
    revisions = [allow(aws, sid)["RevisionId"] for sid in ("one", "two", "three")]
    disallow(aws, "three")
    revisions.append(policy(aws)["RevisionId"])
    assert len(set(revisions)) == 4
    assert all(str(uuid.UUID(revision)) == revision for revision in revisions)


def test_a_revision_guards_a_change(aws, layer):
    stale = allow(aws, "one")["RevisionId"]
    current = allow(aws, "two", RevisionId=stale)["RevisionId"]
    wanted = {"LayerName": "greeting", "VersionNumber": 1, "RevisionId": stale}
    adding = refused(
        aws.lambda_.add_layer_version_permission, StatementId="three", Action=GET, Principal="*", **wanted
    )
    removing = refused(aws.lambda_.remove_layer_version_permission, StatementId="two", **wanted)
    for refusal in (adding, removing):
        assert (refusal.code, refusal.status, refusal.message) == ("PreconditionFailedException", 412, STALE)
    disallow(aws, "two", RevisionId=current)
    assert statement_ids(aws) == ["one"]


def test_a_statement_id_is_taken_once(aws, layer):
    allow(aws, "s1")
    refusal = refused(
        aws.lambda_.add_layer_version_permission, LayerName="greeting", VersionNumber=1, StatementId="s1", Action=GET,
        Principal="123456789012",
    )
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert refusal.message == (
        "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing "
        "statement."
    )


def test_the_last_statement_takes_the_policy_along(aws, layer):
    allow(aws, "one")
    assert disallow(aws, "one")["ResponseMetadata"]["HTTPStatusCode"] == 204
    for refusal in (refused(policy, aws=aws), refused(disallow, aws=aws, sid="one")):
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == "No policy is associated with the given resource."


def test_a_statement_that_does_not_exist_is_not_found(aws, layer):
    allow(aws, "one")
    refusal = refused(
        aws.lambda_.remove_layer_version_permission, LayerName="greeting", VersionNumber=1, StatementId="nobody"
    )
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message == "Statement nobody is not found in resource policy."


@pytest.mark.parametrize(("name", "number"), [("nothing", 1), ("greeting", 2)])
def test_a_missing_layer_version_is_reported_as_lambda_reports_it(aws, layer, name, number):
    wanted = {"LayerName": name, "VersionNumber": number}
    refusals = [
        refused(aws.lambda_.get_layer_version_policy, **wanted),
        refused(aws.lambda_.add_layer_version_permission, StatementId="s", Action=GET, Principal="*", **wanted),
        refused(aws.lambda_.remove_layer_version_permission, StatementId="s", **wanted),
    ]
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:layer:{name}:{number}"
    for refusal in refusals:
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == f"Layer version {arn} does not exist."


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"Action": "*"}, "action"),
        ({"Action": "lambda:GetFunction"}, "action"),
        ({"Principal": "s3.amazonaws.com"}, "principal"),
        ({"Principal": "arn:aws:iam::123456789012:role/r"}, "principal"),
        ({"OrganizationId": "org"}, "organizationId"),
        ({"StatementId": "a b"}, "statementId"),
    ],
)
def test_a_parameter_that_breaks_the_model_is_refused(aws, layer, parameters, path):
    wanted = {"LayerName": "greeting", "VersionNumber": 1, "StatementId": "s", "Action": GET, "Principal": "*"}
    refusal = refused(aws.lambda_.add_layer_version_permission, **{**wanted, **parameters})
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert f" at '{path}' failed to satisfy constraint" in refusal.message


def test_an_organization_goes_with_everybody_only(aws, layer):
    refusal = refused(
        aws.lambda_.add_layer_version_permission, LayerName="greeting", VersionNumber=1, StatementId="s", Action=GET,
        Principal="123456789012", OrganizationId="o-1234567890",
    )
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)


def test_a_version_below_one_is_refused(aws, layer):
    for number in (0, -1):
        operations = [aws.lambda_.get_layer_version, aws.lambda_.delete_layer_version]
        operations.append(aws.lambda_.get_layer_version_policy)
        for operation in operations:
            refusal = refused(operation, LayerName="greeting", VersionNumber=number)
            assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
            assert refusal.message == "Layer Version Cannot be less than 1"


def test_a_policy_is_of_20_kilobytes_at_most(aws, layer):
    with pytest.raises(aws.lambda_.exceptions.PolicyLengthExceededException) as caught:
        for number in range(200):
            allow(aws, f"{number:03}" + "s" * 90, f"{number:012}")
    assert "is bigger than the limit (20480)." in caught.value.response["Error"]["Message"]
    text = policy(aws)["Policy"]
    assert 20_000 < len(text) <= 20_480


def test_a_policy_is_for_one_version(aws, layer):
    allow(aws, "one")
    aws.publish("greeting", PACKAGE)
    refusal = refused(aws.lambda_.get_layer_version_policy, LayerName="greeting", VersionNumber=2)
    assert refusal.message == "No policy is associated with the given resource."


def test_writers_at_once_lose_no_statement(aws, layer):
    def add(writer):
        connection = Account(aws.server, aws.number)
        for number in range(5):
            allow(connection, f"{writer}-{number}")

    threads = [threading.Thread(target=add, args=(writer,)) for writer in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statement_ids(aws)) == sorted(f"{writer}-{number}" for writer in range(16) for number in range(5))


def test_layer_policies_outlive_the_server(installation):
    server = installation.start()
    aws, other = Account(server), Account(server)
    layer = aws.publish("greeting", PACKAGE)["LayerVersionArn"]
    allow(aws, "s")
    written = policy(aws)
    server.stop()
    server = installation.start(server.data)
    read = policy(aws.reconnected(server))
    assert (read["Policy"], read["RevisionId"]) == (written["Policy"], written["RevisionId"])
    assert other.reconnected(server).lambda_.get_layer_version_by_arn(Arn=layer)["Version"] == 1
    server.stop()


def test_the_cli_adds_shows_and_removes_a_permission(aws, layer, cli):
    def run(*arguments):
        named = ("--layer-name", "greeting", "--version-number", "1", "--output", "text")
        result = aws.aws("lambda", *arguments, *named, program=cli)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    added = run(
        "add-layer-version-permission", "--statement-id", "x", "--action", GET, "--principal", "210987654321"
    )
    revision, statement = added.split("\t")
    assert json.loads(statement)["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    assert revision in run("get-layer-version-policy")
    assert run("remove-layer-version-permission", "--statement-id", "x", "--revision-id", revision) == ""
