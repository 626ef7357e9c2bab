"""Code signing configurations: stored and returned; with `Enforce`, nothing can be deployed."""

import re

import pytest

from account import Account, refused
from packages import zip_of

TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"
CODE = zip_of({"app.py": "def handler(event, context):\n    return 'other'\n"})


def publishers(aws, *names):
    arns = [f"arn:aws:signer:us-east-1:{aws.number}:/signing-profiles/{name}" for name in names or ("test",)]
    return {"SigningProfileVersionArns": arns}


def policy(action):
    return {"UntrustedArtifactOnDeployment": action}


def create(aws, action=None, **more):
    policies = {"CodeSigningPolicies": policy(action)} if action else {}
    made = aws.lambda_.create_code_signing_config(AllowedPublishers=publishers(aws), **policies, **more)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    return made["CodeSigningConfig"]


def get(aws, arn):
    return aws.lambda_.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]


def missing_arn(aws):
    return f"arn:aws:lambda:us-east-1:{aws.number}:code-signing-config:csc-0123456789abcdef0"


def unsigned(aws, name):
    return (
        "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client "
        f"is not configured to accept. Check the provided signature for {aws.arn(name)}."
    )


def test_a_configuration_is_created_with_defaults_and_returned(aws):
    made = create(aws)
    assert re.fullmatch(r"csc-[0-9a-f]{17}", made["CodeSigningConfigId"])
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:code-signing-config:{made['CodeSigningConfigId']}"
    assert made["CodeSigningConfigArn"] == arn
    assert made["AllowedPublishers"] == publishers(aws)
    assert made["CodeSigningPolicies"] == policy("Warn")
    assert re.fullmatch(TIMESTAMP, made["LastModified"])
    assert get(aws, arn) == made


def test_a_configuration_is_changed_setting_by_setting(aws):
    made = create(aws, "Enforce", Description="before")
    arn = made["CodeSigningConfigArn"]
    same = aws.lambda_.update_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]
    assert {**same, "LastModified": ""} == {**made, "LastModified": ""}
    for change in (
        {"Description": "after"}, {"CodeSigningPolicies": policy("Warn")},
        {"AllowedPublishers": publishers(aws, "a", "b")},
    ):
        changed = aws.lambda_.update_code_signing_config(CodeSigningConfigArn=arn, **change)["CodeSigningConfig"]
        made.update(change, LastModified=changed["LastModified"])
        assert changed == get(aws, arn) == made


def test_configurations_are_listed_in_pages(aws):
    arns = sorted(create(aws)["CodeSigningConfigArn"] for _ in range(5))
    pages = list(aws.lambda_.get_paginator("list_code_signing_configs").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["CodeSigningConfigs"]) for page in pages] == [2, 2, 1]
    assert [each["CodeSigningConfigArn"] for page in pages for each in page["CodeSigningConfigs"]] == arns
    assert "NextMarker" not in pages[-1]


def test_accounts_and_regions_do_not_see_each_others_configurations(aws, server):
    arn = create(aws)["CodeSigningConfigArn"]
    for other in (Account(server), aws.in_region("eu-west-1")):
        assert other.lambda_.list_code_signing_configs()["CodeSigningConfigs"] == []
        refusal = refused(other.lambda_.delete_code_signing_config, CodeSigningConfigArn=arn)
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert get(aws, arn)


def test_a_configuration_is_deleted(aws):
    arn = create(aws, Tags={"team": "blue"})["CodeSigningConfigArn"]
    deleted = aws.lambda_.delete_code_signing_config(CodeSigningConfigArn=arn)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.lambda_.get_code_signing_config, CodeSigningConfigArn=arn).code == "ResourceNotFoundException"


def test_a_configuration_that_does_not_exist(aws):
    arn = missing_arn(aws)
    operations = (
        "get_code_signing_config", "update_code_signing_config", "delete_code_signing_config",
        "list_functions_by_code_signing_config",
    )
    for operation in operations:
        refusal = refused(getattr(aws.lambda_, operation), CodeSigningConfigArn=arn)
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == f"The Lambda code signing configuration {arn} can not be found."
        assert "Type" not in refusal.response
    name = aws.deploy()
    for refusal in (
        refused(aws.lambda_.put_function_code_signing_config, FunctionName=name, CodeSigningConfigArn=arn),
        refused(aws.lambda_.put_function_code_signing_config, FunctionName="nobody", CodeSigningConfigArn=arn),
        refused(aws.lambda_.create_function, **aws.settings(CodeSigningConfigArn=arn)),
    ):
        assert (refusal.code, refusal.status) == ("CodeSigningConfigNotFoundException", 404)
        assert refusal.message == (
            "The code signing configuration cannot be found. Check that the provided configuration is not deleted: "
            f"{arn}.")


@pytest.mark.parametrize(
    "parameters",
    [
        {"AllowedPublishers": {"SigningProfileVersionArns": []}},
        {"AllowedPublishers": {"SigningProfileVersionArns": ["not an ARN"]}},
        {"AllowedPublishers": {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:123456789012:/p/a"] * 21}},
        {"CodeSigningPolicies": policy("Maybe")},
        {"Description": "x" * 257},
    ],
    ids=lambda parameters: str(parameters)[:60],
)
def test_a_configuration_outside_of_its_bounds(aws, parameters):
    refusal = refused(aws.lambda_.create_code_signing_config, **{"AllowedPublishers": publishers(aws), **parameters})
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


def test_a_function_gets_and_loses_a_configuration(aws):
    name, arn = aws.deploy(), create(aws)["CodeSigningConfigArn"]
    got = aws.lambda_.get_function_code_signing_config(FunctionName=name)
    assert set(got) == {"ResponseMetadata"}
    made = aws.lambda_.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)
    got = aws.lambda_.get_function_code_signing_config(FunctionName=aws.arn(name))
    for answer in (made, got):
        assert (answer["CodeSigningConfigArn"], answer["FunctionName"]) == (arn, name)
    listed = aws.lambda_.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)
    assert listed["FunctionArns"] == [aws.arn(name)]
    for _ in range(2):
        deleted = aws.lambda_.delete_function_code_signing_config(FunctionName=name)
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert aws.lambda_.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"] == []


def test_a_function_is_created_with_a_configuration(aws):
    arn = create(aws)["CodeSigningConfigArn"]
    name = aws.deploy(CodeSigningConfigArn=arn)
    assert aws.lambda_.get_function_code_signing_config(FunctionName=name)["CodeSigningConfigArn"] == arn


def test_functions_of_a_configuration_are_listed_in_pages(aws):
    arn = create(aws)["CodeSigningConfigArn"]
    arns = [aws.arn(aws.deploy(name=f"signed-{number}", CodeSigningConfigArn=arn)) for number in range(3)]
    operation = aws.lambda_.list_functions_by_code_signing_config
    first = operation(CodeSigningConfigArn=arn, MaxItems=2)
    rest = operation(CodeSigningConfigArn=arn, MaxItems=2, Marker=first["NextMarker"])
    assert first["FunctionArns"] + rest["FunctionArns"] == arns
    assert "NextMarker" not in rest


def test_a_function_that_does_not_exist(aws):
    arn = create(aws)["CodeSigningConfigArn"]
    for refusal in (
        refused(aws.lambda_.put_function_code_signing_config, FunctionName="nobody", CodeSigningConfigArn=arn),
        refused(aws.lambda_.get_function_code_signing_config, FunctionName="nobody"),
        refused(aws.lambda_.delete_function_code_signing_config, FunctionName="nobody"),
    ):
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == f"Function not found: {aws.arn('nobody')}"


def test_a_configuration_in_use_stays(aws):
    arn = create(aws)["CodeSigningConfigArn"]
    name = aws.deploy(CodeSigningConfigArn=arn)
    refusal = refused(aws.lambda_.delete_code_signing_config, CodeSigningConfigArn=arn)
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert get(aws, arn)
    aws.lambda_.delete_function(FunctionName=name)
    aws.lambda_.delete_code_signing_config(CodeSigningConfigArn=arn)


def test_unsigned_code_is_refused_where_signatures_are_enforced(aws):
    arn = create(aws, "Enforce")["CodeSigningConfigArn"]
    refusal = refused(aws.lambda_.create_function, **aws.settings(name="unsigned", CodeSigningConfigArn=arn))
    assert (refusal.code, refusal.status) == ("CodeVerificationFailedException", 400)
    assert refusal.message == unsigned(aws, "unsigned")
    assert aws.lambda_.list_functions()["Functions"] == []


def test_enforcing_counts_from_the_next_deployment_on(aws):
    name, arn = aws.deploy(), create(aws, "Enforce")["CodeSigningConfigArn"]
    layer = aws.publish("layer", {"file.txt": "x"})["LayerVersionArn"]
    aws.lambda_.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)
    assert aws.invoke(name, {"n": 1}).value == {"n": 1}
    for refusal in (
        refused(aws.lambda_.update_function_code, FunctionName=name, ZipFile=CODE),
        refused(aws.lambda_.update_function_code, FunctionName=name, ZipFile=CODE, DryRun=True),
        refused(aws.lambda_.update_function_configuration, FunctionName=name, Layers=[layer]),
    ):
        assert (refusal.code, refusal.message) == ("CodeVerificationFailedException", unsigned(aws, name))
    aws.change(name, Description="code and layers as before")
    aws.lambda_.update_code_signing_config(CodeSigningConfigArn=arn, CodeSigningPolicies=policy("Warn"))
    aws.change_code(name, "def handler(event, context): return 'new'")
    assert aws.invoke(name).value == "new"


def test_configurations_survive_a_restart(installation):
    server = installation.start()
    aws = Account(server)
    made = create(aws)
    name = aws.deploy(CodeSigningConfigArn=made["CodeSigningConfigArn"])
    server.end()
    restarted = installation.start(data=server.data)
    aws = aws.reconnected(restarted)
    assert get(aws, made["CodeSigningConfigArn"]) == made
    got = aws.lambda_.get_function_code_signing_config(FunctionName=name)
    assert got["CodeSigningConfigArn"] == made["CodeSigningConfigArn"]
    restarted.end()
