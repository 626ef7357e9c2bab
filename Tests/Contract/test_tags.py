"""Tags: added, replaced, removed, listed, and refused in AWS's words."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from account import Account, refused

QUALIFIED = "Tags on function aliases and versions are not supported. Please specify a function ARN."


@pytest.fixture(params=["function", "code signing config"])
def resource(aws, request):
    """The ARN of a taggable resource."""
    if request.param == "function":
        return aws.arn(aws.deploy())
    return signing_config(aws)


def signing_config(aws, **more):
    profile = f"arn:aws:signer:us-east-1:{aws.number}:/signing-profiles/test"
    made = aws.lambda_.create_code_signing_config(
        AllowedPublishers={"SigningProfileVersionArns": [profile]}, **more)
    return made["CodeSigningConfig"]["CodeSigningConfigArn"]


def tags(aws, arn):
    return aws.lambda_.list_tags(Resource=arn)["Tags"]


def test_tags_are_added_replaced_and_removed(aws, resource):
    assert tags(aws, resource) == {}
    added = aws.lambda_.tag_resource(Resource=resource, Tags={"A": "tag-a"})
    assert added["ResponseMetadata"]["HTTPStatusCode"] == 204
    aws.lambda_.tag_resource(Resource=resource, Tags={"B": "tag-b", "C": "tag-c"})
    aws.lambda_.tag_resource(Resource=resource, Tags={"C": "tag-c-2", "D": ""})
    assert tags(aws, resource) == {"A": "tag-a", "B": "tag-b", "C": "tag-c-2", "D": ""}
    removed = aws.lambda_.untag_resource(Resource=resource, TagKeys=["A", "not there", "B"])
    assert removed["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert tags(aws, resource) == {"C": "tag-c-2", "D": ""}
    aws.lambda_.untag_resource(Resource=resource, TagKeys=["C", "D"])
    assert tags(aws, resource) == {}


def test_keys_are_case_sensitive_and_may_have_any_letters(aws, resource):
    given = {"team": "a", "Team": "b", "größe/maß:x_.=+-@ 1": "wert é 全部"}
    aws.lambda_.tag_resource(Resource=resource, Tags=given)
    assert tags(aws, resource) == given


def test_tags_at_creation(aws):
    name = aws.deploy(Tags={"team": "blue"})
    assert tags(aws, aws.arn(name)) == {"team": "blue"}
    assert tags(aws, signing_config(aws, Tags={"team": "red"})) == {"team": "red"}


def test_a_function_without_tags_returns_none(aws):
    name = aws.deploy(Tags={"team": "blue"})
    assert aws.lambda_.get_function(FunctionName=name)["Tags"] == {"team": "blue"}
    aws.lambda_.untag_resource(Resource=aws.arn(name), TagKeys=["team"])
    assert "Tags" not in aws.lambda_.get_function(FunctionName=name)


def test_fifty_tags_and_no_more(aws, resource):
    many = {f"{number}_key": f"{number}_value" for number in range(51)}
    refusal = refused(aws.lambda_.tag_resource, Resource=resource, Tags=many)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == "Number of tags exceeds resource tag limit."
    assert tags(aws, resource) == {}
    many.pop("50_key")
    aws.lambda_.tag_resource(Resource=resource, Tags=many)
    assert tags(aws, resource) == many
    assert refused(aws.lambda_.tag_resource, Resource=resource, Tags={"one": "more"}).message == refusal.message
    aws.lambda_.tag_resource(Resource=resource, Tags={"0_key": "another value"})


def test_fifty_one_tags_at_creation(aws):
    many = {f"{number}": "" for number in range(51)}
    refusal = refused(aws.lambda_.create_function, **aws.settings(Tags=many))
    assert refusal.message == "Number of tags exceeds resource tag limit."
    assert aws.lambda_.list_functions()["Functions"] == []


def test_tags_of_aws_itself_cannot_be_set(aws, resource):
    for key in ("aws:mine", "AWS:mine"):
        refusal = refused(aws.lambda_.tag_resource, Resource=resource, Tags={key: "x"})
        assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
        assert refusal.message == "aws: prefixed tag key names are not allowed for external use."


@pytest.mark.parametrize("given", [{"k" * 129: "v"}, {"k": "v" * 257}, {"": "v"}, {"no;semicolon": "v"}])
def test_a_tag_outside_of_its_bounds(aws, resource, given):
    refusal = refused(aws.lambda_.tag_resource, Resource=resource, Tags=given)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert tags(aws, resource) == {}


def test_the_bounds_themselves_are_taken(aws, resource):
    aws.lambda_.tag_resource(Resource=resource, Tags={"k" * 128: "v" * 256})
    assert tags(aws, resource) == {"k" * 128: "v" * 256}


def test_no_tags_at_all(aws, resource):
    refusal = refused(aws.lambda_.tag_resource, Resource=resource, Tags={})
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == "An error occurred and the request cannot be processed."
    refusal = refused(aws.lambda_.untag_resource, Resource=resource, TagKeys=[])
    assert refusal.code == "ValidationException"
    assert refusal.message.endswith("at 'tagKeys' failed to satisfy constraint: Member must not be null")


def all_refusals(aws, arn):
    return (
        refused(aws.lambda_.tag_resource, Resource=arn, Tags={"a": "b"}),
        refused(aws.lambda_.untag_resource, Resource=arn, TagKeys=["a"]),
        refused(aws.lambda_.list_tags, Resource=arn),
    )


def test_what_does_not_exist(aws):
    config = f"arn:aws:lambda:us-east-1:{aws.number}:code-signing-config:csc-0123456789abcdef0"
    mapping = f"arn:aws:lambda:us-east-1:{aws.number}:event-source-mapping:12345678-1234-1234-1234-123456789012"
    provider = f"arn:aws:lambda:us-east-1:{aws.number}:capacity-provider:large"
    for arn, message in (
        (aws.arn("nobody"), f"Function not found: {aws.arn('nobody')}"),
        (config, f"The Lambda code signing configuration {config} can not be found."),
        (mapping, f"Event source mapping not found: {mapping}"),
        (provider, f"Capacity provider not found: {provider}"),
    ):
        for refusal in all_refusals(aws, arn):
            assert (refusal.code, refusal.status, refusal.message) == ("ResourceNotFoundException", 404, message)


def test_what_is_no_resource_of_lambda(aws):
    for refusal in all_refusals(aws, "arn:aws:something"):
        assert (refusal.code, refusal.status) == ("ValidationException", 400)
        assert "'arn:aws:something' at 'resource'" in refusal.message


@pytest.mark.parametrize("qualifier", ["$LATEST", "1", "live"])
def test_versions_and_aliases_have_no_tags(aws, qualifier):
    name = aws.deploy()
    aws.lambda_.publish_version(FunctionName=name)
    for refusal in all_refusals(aws, f"{aws.arn(name)}:{qualifier}"):
        assert (refusal.code, refusal.status, refusal.message) == ("InvalidParameterValueException", 400, QUALIFIED)


def test_another_accounts_resources_cannot_be_tagged(aws, server):
    other = Account(server)
    function, config = aws.arn(aws.deploy(Tags={"a": "b"})), signing_config(aws, Tags={"a": "b"})
    assert {refusal.code for refusal in all_refusals(other, function)} == {"AccessDeniedException"}
    assert {refusal.code for refusal in all_refusals(other, config)} == {"ResourceNotFoundException"}
    assert tags(aws, function) == tags(aws, config) == {"a": "b"}


def test_sixteen_clients_lose_no_tag(aws, resource):
    keys = [f"key-{number}" for number in range(48)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: aws.lambda_.tag_resource(Resource=resource, Tags={key: key}), keys))
    assert tags(aws, resource) == {key: key for key in keys}


def test_deletion_takes_the_tags_along(aws):
    name = aws.deploy(Tags={"a": "b"})
    aws.lambda_.delete_function(FunctionName=name)
    aws.deploy(name=name)
    assert tags(aws, aws.arn(name)) == {}


def test_tags_survive_a_restart(installation):
    server = installation.start()
    aws = Account(server)
    arns = [aws.arn(aws.deploy()), signing_config(aws)]
    for arn in arns:
        aws.lambda_.tag_resource(Resource=arn, Tags={"kept": "yes"})
    server.end()
    restarted = installation.start(data=server.data)
    for arn in arns:
        assert tags(aws.reconnected(restarted), arn) == {"kept": "yes"}
    restarted.end()


def test_tags_by_the_command_line(aws, cli):
    arn = aws.arn(aws.deploy())
    def run(*arguments):
        return aws.aws("lambda", *arguments, program=cli, check=True).stdout

    run("tag-resource", "--resource", arn, "--tags", "team=blue,stage=prod")
    run("untag-resource", "--resource", arn, "--tag-keys", "stage")
    assert '"team": "blue"' in run("list-tags", "--resource", arn)


def test_tags_renew_the_revision_of_their_function(aws):
    name = aws.deploy()

    def revision():
        return aws.lambda_.get_function_configuration(FunctionName=name)["RevisionId"]

    seen = [revision()]
    aws.lambda_.tag_resource(Resource=aws.arn(name), Tags={"A": "1"})
    seen.append(revision())
    aws.lambda_.untag_resource(Resource=aws.arn(name), TagKeys=["A"])
    seen.append(revision())
    assert len(set(seen)) == 3
