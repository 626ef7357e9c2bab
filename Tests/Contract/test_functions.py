"""Functions through boto3: create, get, list, update, delete."""

import re
import urllib.request
import uuid

import pytest

from account import Account, refused
from packages import sha256, zip_of

CODE = zip_of({"app.py": "def handler(event, context):\n    return 'one'\n"})
OTHER_CODE = zip_of({"app.py": "def handler(event, context):\n    return 'two'\n"})
TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"


def test_a_new_function_has_lambdas_defaults(aws):
    made = aws.lambda_.create_function(**aws.settings(name="plain", Code={"ZipFile": CODE}))
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["FunctionName"] == "plain"
    assert made["FunctionArn"] == aws.arn("plain")
    assert made["Runtime"] == aws.server.runtime
    assert made["Role"] == aws.role
    assert made["Handler"] == "app.handler"
    assert made["CodeSize"] == len(CODE)
    assert made["CodeSha256"] == sha256(CODE)
    assert made["Description"] == ""
    assert made["Timeout"] == 3
    assert made["MemorySize"] == 128
    assert made["EphemeralStorage"] == {"Size": 512}
    assert made["Architectures"] == ["x86_64"]
    assert made["PackageType"] == "Zip"
    assert made["TracingConfig"] == {"Mode": "PassThrough"}
    assert made["SnapStart"] == {"ApplyOn": "None", "OptimizationStatus": "Off"}
    assert made["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/plain"}
    assert made["Version"] == "$LATEST"
    assert re.fullmatch(TIMESTAMP, made["LastModified"])
    assert str(uuid.UUID(made["RevisionId"])) == made["RevisionId"]


def test_a_new_function_is_pending_and_then_active(aws):
    made = aws.lambda_.create_function(**aws.settings())
    assert made["State"] == "Pending"
    assert made["StateReason"] == "The function is being created."
    assert made["StateReasonCode"] == "Creating"
    aws.wait_until_active(made["FunctionName"])
    got = aws.lambda_.get_function_configuration(FunctionName=made["FunctionName"])
    assert got["State"] == "Active"
    assert got["LastUpdateStatus"] == "Successful"
    assert "StateReason" not in got


def test_every_setting_is_kept(aws):
    layers = [aws.publish(name, {f"{name}.txt": name})["LayerVersionArn"] for name in ("first", "second")]
    settings = {
        "Description": "all the settings – 全部",
        "Timeout": 17,
        "MemorySize": 1769,
        "EphemeralStorage": {"Size": 1024},
        "Architectures": ["x86_64"],
        "Environment": {"Variables": {"COLOUR": "blue", "EMPTY": "", "WORDS": "a b=c\n\"d\" – é"}},
        "TracingConfig": {"Mode": "Active"},
    }
    name = aws.deploy(Layers=layers, Tags={"team": "blue"}, **settings)
    got = aws.lambda_.get_function_configuration(FunctionName=name)
    assert {key: got[key] for key in settings} == settings
    assert [layer["Arn"] for layer in got["Layers"]] == layers
    assert all(layer["CodeSize"] > 0 for layer in got["Layers"])
    assert aws.lambda_.get_function(FunctionName=name)["Tags"] == {"team": "blue"}


def test_get_function_returns_the_configuration_and_the_code(aws):
    name = aws.deploy(Code={"ZipFile": CODE})
    got = aws.lambda_.get_function(FunctionName=name)
    configuration = aws.lambda_.get_function_configuration(FunctionName=name)
    configuration.pop("ResponseMetadata")
    assert got["Configuration"] == configuration
    assert got["Code"]["RepositoryType"] == "S3"
    with urllib.request.urlopen(got["Code"]["Location"], timeout=10) as answer:
        assert answer.read() == CODE


@pytest.mark.parametrize("form", ["name", "partial ARN", "ARN", "with $LATEST"])
def test_a_function_is_named_in_every_way_that_aws_has(aws, form):
    name = aws.deploy()
    reference = {
        "name": name,
        "partial ARN": f"{aws.number}:function:{name}",
        "ARN": aws.arn(name),
        "with $LATEST": f"{aws.arn(name)}:$LATEST",
    }[form]
    assert aws.lambda_.get_function_configuration(FunctionName=reference)["FunctionName"] == name
    assert aws.invoke(reference, {"n": 1}).value == {"n": 1}


def test_a_function_is_created_by_its_arn(aws):
    made = aws.lambda_.create_function(**aws.settings(name=aws.arn("by-arn")))
    assert (made["FunctionName"], made["FunctionArn"]) == ("by-arn", aws.arn("by-arn"))


def test_functions_are_listed_in_pages(aws):
    names = [f"listed-{number}" for number in range(5)]
    for name in names:
        aws.lambda_.create_function(**aws.settings(name=name))
    first = aws.lambda_.list_functions(MaxItems=2)
    assert len(first["Functions"]) == 2
    assert first["NextMarker"]
    pages = aws.lambda_.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    listed = [function for page in pages for function in page["Functions"]]
    assert sorted(function["FunctionName"] for function in listed) == names
    assert {function["Version"] for function in listed} == {"$LATEST"}
    assert "NextMarker" not in aws.lambda_.list_functions()


def test_accounts_and_regions_do_not_see_each_other(aws, server):
    name = aws.deploy("def handler(event, context): return 'mine'", name="same-name")
    for other in (Account(server), aws.in_region("eu-west-1")):
        assert other.lambda_.list_functions()["Functions"] == []
        refused(other.lambda_.get_function, FunctionName=name)
        refused(other.lambda_.invoke, FunctionName=name)
        refused(other.lambda_.invoke, FunctionName=aws.arn(name))
        refused(other.lambda_.delete_function, FunctionName=aws.arn(name))
        assert other.invoke(other.deploy("def handler(event, context): return 'theirs'", name=name)).value == "theirs"
    assert aws.invoke(name).value == "mine"


def test_new_code_is_deployed(aws):
    name = aws.deploy(Code={"ZipFile": CODE})
    before = aws.lambda_.get_function_configuration(FunctionName=name)
    updated = aws.lambda_.update_function_code(FunctionName=name, ZipFile=OTHER_CODE)
    assert updated["LastUpdateStatus"] in ("InProgress", "Successful")
    assert updated["CodeSha256"] == sha256(OTHER_CODE)
    assert updated["CodeSize"] == len(OTHER_CODE)
    assert updated["RevisionId"] != before["RevisionId"]
    aws.wait_until_updated(name)
    assert aws.invoke(name).value == "two"
    with urllib.request.urlopen(aws.lambda_.get_function(FunctionName=name)["Code"]["Location"]) as answer:
        assert answer.read() == OTHER_CODE


def test_a_dry_run_of_new_code_changes_nothing(aws):
    name = aws.deploy(Code={"ZipFile": CODE})
    before = aws.lambda_.get_function_configuration(FunctionName=name)
    aws.lambda_.update_function_code(FunctionName=name, ZipFile=OTHER_CODE, DryRun=True)
    after = aws.lambda_.get_function_configuration(FunctionName=name)
    assert (after["CodeSha256"], after["RevisionId"]) == (before["CodeSha256"], before["RevisionId"])
    assert aws.invoke(name).value == "one"


def test_configuration_is_changed_setting_by_setting(aws):
    name = aws.deploy(Code={"ZipFile": CODE}, Description="before", Environment={"Variables": {"KEY": "1"}}, Timeout=9)
    updated = aws.lambda_.update_function_configuration(FunctionName=name, MemorySize=256, Description="after")
    assert updated["LastUpdateStatus"] in ("InProgress", "Successful")
    aws.wait_until_updated(name)
    got = aws.lambda_.get_function_configuration(FunctionName=name)
    assert (got["MemorySize"], got["Description"], got["Timeout"]) == (256, "after", 9)
    assert got["Environment"]["Variables"] == {"KEY": "1"}
    assert got["CodeSha256"] == sha256(CODE)
    aws.change(name, Environment={"Variables": {}})
    assert aws.lambda_.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {}) == {}


def test_layers_are_exchanged_and_taken_away(aws):
    one, two = (aws.publish(name, {f"{name}.txt": name})["LayerVersionArn"] for name in ("one", "two"))
    name = aws.deploy("import os\ndef handler(event, context): return sorted(os.listdir('/opt'))", Layers=[one])
    assert aws.invoke(name).value == ["one.txt"]
    aws.change(name, Layers=[two, one])
    assert aws.invoke(name).value == ["one.txt", "two.txt"]
    aws.change(name, Layers=[])
    assert aws.invoke(name).value == []


@pytest.mark.parametrize("operation", ["update_function_code", "update_function_configuration"])
def test_a_revision_id_guards_an_update(aws, operation):
    name = aws.deploy(Code={"ZipFile": CODE})
    change = {"ZipFile": OTHER_CODE} if operation == "update_function_code" else {"Timeout": 7}
    stale = aws.lambda_.get_function_configuration(FunctionName=name)["RevisionId"]
    aws.change(name, Description="moves on")
    refusal = refused(getattr(aws.lambda_, operation), FunctionName=name, RevisionId=stale, **change)
    assert (refusal.code, refusal.status) == ("PreconditionFailedException", 412)
    assert refusal.message.startswith("The Revision Id provided does not match the latest Revision Id.")
    current = aws.lambda_.get_function_configuration(FunctionName=name)
    assert (current["Timeout"], current["CodeSha256"]) == (3, sha256(CODE))
    getattr(aws.lambda_, operation)(FunctionName=name, RevisionId=current["RevisionId"], **change)


def test_a_deleted_function_is_gone_and_its_name_is_free(aws):
    name = aws.deploy("def handler(event, context): return 'old'")
    assert aws.invoke(name).value == "old"
    answer = aws.lambda_.delete_function(FunctionName=name)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    for operation in ("get_function", "get_function_configuration", "delete_function", "invoke"):
        refusal = refused(getattr(aws.lambda_, operation), FunctionName=name)
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert aws.lambda_.list_functions()["Functions"] == []
    assert aws.invoke(aws.deploy("def handler(event, context): return 'new'", name=name)).value == "new"


def test_a_function_keeps_a_layer_version_that_was_deleted(aws):
    arn = aws.publish("kept", {"python/kept.py": "WORD = 'kept'\n"})["LayerVersionArn"]
    source = "import kept\ndef handler(event, context): return kept.WORD"
    name = aws.deploy(source, Layers=[arn])
    aws.lambda_.delete_layer_version(LayerName="kept", VersionNumber=1)
    assert aws.invoke(name).value == "kept"
    aws.change(name, Timeout=4)
    assert aws.invoke(name).value == "kept"
    refusal = refused(aws.lambda_.create_function, **aws.settings(source, Layers=[arn]))
    assert refusal.code == "InvalidParameterValueException"


def test_account_settings_say_the_limits_and_what_is_used(aws):
    before = aws.lambda_.get_account_settings()
    assert before["AccountLimit"]["CodeSizeUnzipped"] == 262_144_000
    assert before["AccountLimit"]["CodeSizeZipped"] == 52_428_800
    assert before["AccountLimit"]["TotalCodeSize"] == 80_530_636_800
    assert before["AccountLimit"]["ConcurrentExecutions"] >= before["AccountLimit"]["UnreservedConcurrentExecutions"]
    assert before["AccountUsage"] == {"TotalCodeSize": 0, "FunctionCount": 0}
    aws.publish("layer", CODE)
    name = aws.deploy(Code={"ZipFile": OTHER_CODE})
    after = aws.lambda_.get_account_settings()["AccountUsage"]
    assert after == {"TotalCodeSize": len(CODE) + len(OTHER_CODE), "FunctionCount": 1}
    aws.lambda_.delete_function(FunctionName=name)
    assert aws.lambda_.get_account_settings()["AccountUsage"]["FunctionCount"] == 0


def test_the_revision_changes_once_more_when_a_change_has_settled(aws):
    """As recorded from Lambda: the responses of Create and Update are outdated once the function is active."""
    made = aws.lambda_.create_function(**aws.settings())
    name = made["FunctionName"]
    settled = aws.lambda_.get_function_configuration(FunctionName=name)["RevisionId"]
    assert settled != made["RevisionId"]
    refusal = refused(aws.lambda_.update_function_configuration, FunctionName=name, RevisionId=made["RevisionId"])
    assert refusal.code == "PreconditionFailedException"
    changed = aws.lambda_.update_function_configuration(FunctionName=name, RevisionId=settled, Timeout=4)
    assert aws.lambda_.get_function_configuration(FunctionName=name)["RevisionId"] != changed["RevisionId"]
