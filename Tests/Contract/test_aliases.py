"""Aliases of functions, through boto3."""

import pytest

from account import refused

SAYS_VERSION = """
    def handler(event, context):
        return [context.function_version, context.invoked_function_arn]
"""


@pytest.fixture
def name(aws):
    """A function with the versions 1 and 2."""
    name = aws.deploy(SAYS_VERSION, Publish=True)
    aws.change(name, Description="another")
    assert aws.lambda_.publish_version(FunctionName=name)["Version"] == "2"
    return name


def alias(aws, name, **changes):
    parameters = {"FunctionName": name, "Name": "live", "FunctionVersion": "1", **changes}
    made = aws.lambda_.create_alias(**parameters)
    made.pop("ResponseMetadata")
    return made


def test_an_alias_is_answered_as_it_was_made(aws, name):
    made = alias(aws, name, Description="what people use")
    assert made == {
        "AliasArn": aws.arn(name) + ":live", "Name": "live", "FunctionVersion": "1",
        "Description": "what people use", "RevisionId": made["RevisionId"],
    }
    got = aws.lambda_.get_alias(FunctionName=name, Name="live")
    got.pop("ResponseMetadata")
    assert got == made
    assert alias(aws, name, Name="plain")["Description"] == ""


def test_an_invocation_by_alias_runs_its_version_and_says_so(aws, name):
    alias(aws, name)
    for form in [f"{name}:live", f"{aws.number}:function:{name}:live", aws.arn(name) + ":live"]:
        answer = aws.invoke(form)
        assert answer.value == ["1", aws.arn(name) + ":live"]
        assert answer.version == "1"
    aws.lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert aws.invoke(name, Qualifier="live").version == "2"


def test_a_function_is_described_by_its_alias(aws, name):
    alias(aws, name)
    got = aws.lambda_.get_function(FunctionName=name, Qualifier="live")["Configuration"]
    assert (got["FunctionArn"], got["Version"]) == (aws.arn(name) + ":live", "1")


def test_weights_share_out_the_invocations(aws, name):
    made = alias(aws, name, RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    assert made["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.5}}
    versions = [aws.invoke(f"{name}:live").version for _ in range(60)]
    # The probability of 60 invocations of the same version is about 10^-17.
    assert set(versions) == {"1", "2"}
    aws.lambda_.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.0}})
    assert {aws.invoke(f"{name}:live").version for _ in range(20)} == {"1"}
    aws.lambda_.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
    assert "RoutingConfig" not in aws.lambda_.get_alias(FunctionName=name, Name="live")


def test_a_change_leaves_out_what_is_to_stay(aws, name):
    made = alias(aws, name, Description="kept", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}})
    changed = aws.lambda_.update_alias(FunctionName=name, Name="live", RevisionId=made["RevisionId"])
    assert changed["RevisionId"] != made["RevisionId"]
    changed.pop("ResponseMetadata")
    assert {**changed, "RevisionId": made["RevisionId"]} == made
    changed = aws.lambda_.update_alias(FunctionName=name, Name="live", Description="new")
    assert (changed["Description"], changed["FunctionVersion"]) == ("new", "1")


def test_a_change_of_something_that_was_not_seen_is_refused(aws, name):
    alias(aws, name)
    refusal = refused(aws.lambda_.update_alias, FunctionName=name, Name="live", RevisionId="wrong", Description="x")
    assert (refusal.code, refusal.status) == ("PreconditionFailedException", 412)
    assert refusal.message == (
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
        "the latest Revision Id")
    assert aws.lambda_.get_alias(FunctionName=name, Name="live")["Description"] == ""


@pytest.mark.parametrize("changes, kind, words", [
    ({"FunctionVersion": "7"}, "ResourceNotFoundException", "Function not found: {arn}:7"),
    ({"RoutingConfig": {"AdditionalVersionWeights": {"7": 0.5}}}, "ResourceNotFoundException",
     "Function not found: {arn}:7"),
    ({"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}}, "InvalidParameterValueException",
     "Invalid function version 1. Function version 1 is already included in routing configuration."),
    ({"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5, "3": 0.1}}}, "InvalidParameterValueException",
     "Number of items in AdditionalVersionWeights cannot be greater than 1"),
    ({"FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5}}},
     "InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"),
    ({"RoutingConfig": {"AdditionalVersionWeights": {"2": 2.0}}}, "ValidationException",
     "1 validation error detected: Value '{{2=2.0}}' at 'routingConfig.additionalVersionWeights' failed to satisfy "
     "constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must "
     "have value greater than or equal to 0.0, Member must not be null]"),
    ({"Name": "12"}, "ValidationException",
     "1 validation error detected: Value '12' at 'name' failed to satisfy constraint: Member must satisfy regular "
     "expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"),
])
def test_an_alias_that_cannot_be_is_refused(aws, name, changes, kind, words):
    parameters = {"FunctionName": name, "Name": "live", "FunctionVersion": "1", **changes}
    refusal = refused(aws.lambda_.create_alias, **parameters)
    assert (refusal.code, refusal.message) == (kind, words.format(arn=aws.arn(name)))
    assert aws.lambda_.list_aliases(FunctionName=name)["Aliases"] == []


def test_a_name_is_taken_once(aws, name):
    alias(aws, name)
    refusal = refused(aws.lambda_.create_alias, FunctionName=name, Name="live", FunctionVersion="2")
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert refusal.message == f"Alias already exists: {aws.arn(name)}:live"
    alias(aws, name, Name="Live")


def test_what_does_not_exist_is_named_in_full(aws, name):
    for call, words in (
        (aws.lambda_.get_alias, "Cannot find alias arn"), (aws.lambda_.update_alias, "Alias not found"),
    ):
        refusal = refused(call, FunctionName=name, Name="nowhere")
        assert (refusal.code, refusal.message) == (
            "ResourceNotFoundException", f"{words}: {aws.arn(name)}:nowhere")
    for call, parameters in [
        (aws.lambda_.create_alias, {"Name": "live", "FunctionVersion": "1"}), (aws.lambda_.get_alias, {"Name": "live"}),
        (aws.lambda_.update_alias, {"Name": "live"}), (aws.lambda_.delete_alias, {"Name": "live"}),
        (aws.lambda_.list_aliases, {}),
    ]:
        refusal = refused(call, FunctionName="nowhere", **parameters)
        assert (refusal.code, refusal.message) == (
            "ResourceNotFoundException", f"Function not found: {aws.arn('nowhere')}")


def test_an_alias_is_deleted_and_deleting_it_again_succeeds(aws, name):
    alias(aws, name)
    for _ in range(2):
        answer = aws.lambda_.delete_alias(FunctionName=name, Name="live")
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.lambda_.invoke, FunctionName=f"{name}:live").code == "ResourceNotFoundException"


def test_aliases_are_listed_by_name_and_by_version(aws, name):
    for each, version in [("c", "1"), ("a", "2"), ("b", "1"), ("latest", "$LATEST")]:
        alias(aws, name, Name=each, FunctionVersion=version)

    def names(**parameters):
        pages = aws.lambda_.get_paginator("list_aliases").paginate(
            FunctionName=name, PaginationConfig={"PageSize": 2}, **parameters)
        return [[each["Name"] for each in page["Aliases"]] for page in pages]

    assert names() == [["a", "b"], ["c", "latest"]]
    assert names(FunctionVersion="1") == [["b", "c"]]
    assert names(FunctionVersion="$LATEST") == [["latest"]]
    assert names(FunctionVersion="7") == [[]]


def test_the_cli_shifts_traffic(aws, name, cli):
    aws.aws("lambda", "create-alias", "--function-name", name, "--name", "live", "--function-version", "1",
            program=cli, check=True)
    aws.aws("lambda", "update-alias", "--function-name", name, "--name", "live",
            "--routing-config", "AdditionalVersionWeights={2=0.999}", program=cli, check=True)
    shown = aws.aws("lambda", "get-alias", "--function-name", name, "--name", "live", "--query",
                    "RoutingConfig.AdditionalVersionWeights", "--output", "text", program=cli, check=True)
    assert shown.stdout.strip() == "0.999"
