"""A function's settings: every response about a function returns them; the rules of each."""

import copy
import json
import re

import pytest

from account import Account
from configurations import assert_invalid, configuration, refused_change, refused_creation
from packages import zip_of

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:dead-letters"
ACCESS_POINT = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0"
FILE_SYSTEMS = [{"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/data"}]
NETWORK = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
NO_NETWORK = {"SubnetIds": [], "SecurityGroupIds": []}
CODE = zip_of({"app.py": "def handler(event, context):\n    return event\n"})
# Members that change without being set.
VOLATILE = {
    "ResponseMetadata", "RevisionId", "LastModified", "State", "StateReason", "StateReasonCode", "LastUpdateStatus",
    "LastUpdateStatusReason", "LastUpdateStatusReasonCode",
}


def settings():
    """Every setting of a function with a zip package."""
    return {
        "Description": "all the settings",
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Timeout": 17,
        "MemorySize": 1769,
        "Environment": {"Variables": {"COLOUR": "blue", "EMPTY": ""}},
        "KMSKeyArn": KEY,
        "VpcConfig": {**NETWORK, "Ipv6AllowedForDualStack": True},
        "DeadLetterConfig": {"TargetArn": QUEUE},
        "TracingConfig": {"Mode": "Active"},
        "FileSystemConfigs": FILE_SYSTEMS,
        "EphemeralStorage": {"Size": 1024},
        "Architectures": ["arm64"],
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "LoggingConfig": {
            "LogFormat": "JSON", "LogGroup": "/custom/group", "ApplicationLogLevel": "WARN", "SystemLogLevel": "DEBUG",
        },
        "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"},
    }


def lasting(answer):
    """A response without members that change by themselves."""
    return {key: value for key, value in answer.items() if key not in VOLATILE}


def test_every_setting_is_in_every_response_about_the_function(aws):
    layer = aws.publish("layer", {"file.txt": "x"})["LayerVersionArn"]
    made = aws.lambda_.create_function(**aws.settings(name="all", Layers=[layer], **settings()))
    expected = copy.deepcopy(settings())
    expected["SnapStart"]["OptimizationStatus"] = "Off"
    expected["VpcConfig"]["VpcId"] = made["VpcConfig"]["VpcId"]
    for key, value in expected.items():
        assert made[key] == value, key
    assert re.fullmatch("vpc-[0-9a-f]{17}", made["VpcConfig"]["VpcId"])
    assert [each["Arn"] for each in made["Layers"]] == [layer]
    version_arn = made["RuntimeVersionConfig"]["RuntimeVersionArn"]
    assert re.fullmatch("arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}", version_arn)

    aws.wait_until_active("all")
    assert lasting(configuration(aws, "all")) == lasting(made)
    assert lasting(aws.lambda_.get_function(FunctionName="all")["Configuration"]) == lasting(made)
    in_lists = lasting(made)
    in_lists.pop("RuntimeVersionConfig")
    assert [lasting(each) for each in aws.lambda_.list_functions()["Functions"]] == [in_lists]

    aws.lambda_.publish_version(FunctionName="all")
    published = lasting(configuration(aws, "all", Qualifier="1"))
    assert published.pop("SnapStart") == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    assert published.pop("Version") == "1"
    assert published.pop("FunctionArn") == f"{aws.arn('all')}:1"
    same = {key: value for key, value in lasting(made).items() if key in published}
    assert published == same
    assert set(made) - set(published) - VOLATILE == {"SnapStart", "Version", "FunctionArn"}

    changed = aws.lambda_.update_function_configuration(FunctionName="all", Description="another")
    assert lasting(changed) == {**lasting(made), "Description": "another"}
    aws.wait_until_updated("all")
    changed = aws.lambda_.update_function_code(FunctionName="all", ZipFile=CODE)
    assert set(lasting(changed)) == set(lasting(made))
    for key in set(lasting(made)) - {"CodeSha256", "CodeSize", "Description"}:
        assert changed[key] == made[key], key


def test_a_function_without_settings_returns_only_defaults(aws):
    got = configuration(aws, aws.deploy(name="bare"))
    assert set(lasting(got)) == {
        "FunctionName", "FunctionArn", "Runtime", "Role", "Handler", "CodeSize", "CodeSha256", "Description", "Timeout",
        "MemorySize", "Version", "TracingConfig", "PackageType", "Architectures", "EphemeralStorage", "SnapStart",
        "RuntimeVersionConfig", "LoggingConfig",
    }


@pytest.mark.parametrize(
    "change, gone",
    [
        ({"KMSKeyArn": ""}, "KMSKeyArn"),
        ({"DeadLetterConfig": {"TargetArn": ""}}, "DeadLetterConfig"),
        ({"FileSystemConfigs": []}, "FileSystemConfigs"),
    ],
    ids=str,
)
def test_a_setting_is_taken_away(aws, change, gone):
    name = aws.deploy(**settings())
    before = configuration(aws, name)
    aws.change(name, **change)
    after = configuration(aws, name)
    assert gone in before and gone not in after
    before.pop(gone)
    assert lasting(after) == lasting(before)


def test_environment_variables_are_answered_in_the_order_in_which_they_were_sent(aws):
    first = {"ZULU": "1", "ALPHA": "2", "MIKE": "3"}
    created = aws.lambda_.create_function(**aws.settings(name="ordered", Environment={"Variables": first}))
    aws.wait_until_active("ordered")
    answers = [created, configuration(aws, "ordered"), aws.lambda_.publish_version(FunctionName="ordered")]
    assert [list(answer["Environment"]["Variables"]) for answer in answers] == [list(first)] * 3
    second = {"MIKE": "3", "ZULU": "1", "BRAVO": "4", "ALPHA": "2"}
    aws.change("ordered", Environment={"Variables": second})
    assert list(configuration(aws, "ordered")["Environment"]["Variables"]) == list(second)


def test_variables_are_taken_away(aws):
    name = aws.deploy(Environment={"Variables": {"KEY": "1"}})
    aws.change(name, Description="something else")
    assert configuration(aws, name)["Environment"] == {"Variables": {"KEY": "1"}}
    aws.change(name, Environment={"Variables": {}})
    assert configuration(aws, name)["Environment"] == {"Variables": {}}
    assert aws.invoke(name, {"still": "works"}).value == {"still": "works"}


def test_four_kilobytes_of_variables_are_measured_as_json(aws):
    fits = {"LARGE_VAR": "x" * (4096 - len('{"LARGE_VAR":""}'))}
    name = aws.deploy(Environment={"Variables": fits})
    assert configuration(aws, name)["Environment"]["Variables"] == fits
    for more in ({"LARGE_VAR": fits["LARGE_VAR"] + "x"}, {"LARGE_VAR": "x" * 4000, "SMALL_VAR": "y" * 60 + "é" * 8}):
        text = json.dumps(more, separators=(",", ":"), ensure_ascii=False)
        assert_invalid(
            refused_change(aws, name, Environment={"Variables": more}),
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {text}")


def test_the_kms_key_of_the_uploaded_code_is_returned_with_the_code(aws):
    name = aws.deploy(Code={"ZipFile": CODE, "SourceKMSKeyArn": KEY})
    assert aws.lambda_.get_function(FunctionName=name)["Code"]["SourceKMSKeyArn"] == KEY
    aws.lambda_.publish_version(FunctionName=name)
    aws.change_code(name, "def handler(event, context): return 1")
    assert "SourceKMSKeyArn" not in aws.lambda_.get_function(FunctionName=name)["Code"]
    assert aws.lambda_.get_function(FunctionName=name, Qualifier="1")["Code"]["SourceKMSKeyArn"] == KEY
    aws.lambda_.update_function_code(FunctionName=name, ZipFile=CODE, SourceKMSKeyArn=KEY, Publish=True)
    assert aws.lambda_.get_function(FunctionName=name, Qualifier="2")["Code"]["SourceKMSKeyArn"] == KEY


def test_a_network_is_joined_changed_and_left(aws):
    name = aws.deploy(VpcConfig=NETWORK)
    joined = configuration(aws, name)["VpcConfig"]
    assert joined == {**NETWORK, "VpcId": joined["VpcId"], "Ipv6AllowedForDualStack": False}
    other = {"SubnetIds": ["subnet-2", "subnet-3"], "SecurityGroupIds": ["sg-2"]}
    aws.change(name, VpcConfig=other)
    assert configuration(aws, name)["VpcConfig"] == {**joined, **other}
    aws.change(name, VpcConfig=NO_NETWORK)
    empty = {**NO_NETWORK, "VpcId": "", "Ipv6AllowedForDualStack": False}
    assert configuration(aws, name)["VpcConfig"] == empty


@pytest.mark.parametrize("half", [{"SubnetIds": ["subnet-1"]}, {"SecurityGroupIds": ["sg-1"], "SubnetIds": []}])
def test_half_a_network(aws, half):
    message = "SubnetIds and SecurityIds must coexist or be both empty list."
    assert_invalid(refused_creation(aws, VpcConfig=half), message)
    assert_invalid(refused_change(aws, aws.deploy(), VpcConfig=half), message)


def test_a_file_system_needs_a_network(aws):
    message = f"Function must be configured to execute in a VPC to reference access point {ACCESS_POINT}."
    assert_invalid(refused_creation(aws, FileSystemConfigs=FILE_SYSTEMS), message)
    name = aws.deploy()
    assert_invalid(refused_change(aws, name, FileSystemConfigs=FILE_SYSTEMS), message)
    aws.change(name, FileSystemConfigs=FILE_SYSTEMS, VpcConfig=NETWORK)
    assert configuration(aws, name)["FileSystemConfigs"] == FILE_SYSTEMS
    assert_invalid(
        refused_change(aws, name, VpcConfig=NO_NETWORK),
        f"Function VPC configuration cannot be removed with access point {ACCESS_POINT} referenced.")
    aws.change(name, VpcConfig=NO_NETWORK, FileSystemConfigs=[])
    assert "FileSystemConfigs" not in configuration(aws, name)


def test_dead_letters_go_to_a_queue_or_a_topic(aws):
    topic = "arn:aws:sns:us-east-1:123456789012:topic"
    name = aws.deploy(DeadLetterConfig={"TargetArn": topic})
    assert configuration(aws, name)["DeadLetterConfig"] == {"TargetArn": topic}
    refusal = refused_change(aws, name, DeadLetterConfig={"TargetArn": aws.arn(name)})
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)


@pytest.mark.parametrize(
    "setting",
    [
        {"KMSKeyArn": "not-an-arn"},
        {"DeadLetterConfig": {"TargetArn": "not-an-arn"}},
        {"VpcConfig": {"SubnetIds": ["s"] * 17, "SecurityGroupIds": ["g"]}},
        {"VpcConfig": {"SubnetIds": ["s"], "SecurityGroupIds": ["g"] * 6}},
        {"FileSystemConfigs": [{"Arn": ACCESS_POINT, "LocalMountPath": "/data"}], "VpcConfig": NETWORK},
        {"FileSystemConfigs": [{"Arn": "arn:aws:s3:::bucket", "LocalMountPath": "/mnt/a"}], "VpcConfig": NETWORK},
        {"LoggingConfig": {"LogFormat": "XML"}},
        {"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "LOUD"}},
        {"LoggingConfig": {"LogGroup": "with space"}},
        {"SnapStart": {"ApplyOn": "Always"}},
    ],
    ids=lambda setting: str(setting)[:60],
)
def test_a_setting_outside_of_its_bounds(aws, setting):
    refusal = refused_creation(aws, **setting)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    refusal = refused_change(aws, aws.deploy(), **setting)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


def test_settings_survive_a_restart(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy(Code={"ZipFile": CODE, "SourceKMSKeyArn": KEY}, Tags={"team": "blue"}, **settings())
    aws.lambda_.publish_version(FunctionName=name)
    before = [aws.lambda_.get_function(FunctionName=name, Qualifier=which) for which in ("$LATEST", "1")]
    server.end()
    restarted = installation.start(data=server.data)
    aws = aws.reconnected(restarted)
    for which, earlier in zip(("$LATEST", "1"), before):
        later = aws.lambda_.get_function(FunctionName=name, Qualifier=which)
        for answer in (earlier, later):
            answer.pop("ResponseMetadata")
            answer["Code"].pop("Location")
        assert later == earlier
    restarted.end()


def test_settings_by_the_command_line(aws, cli):
    name = aws.deploy()

    def run(*arguments):
        return json.loads(aws.aws("lambda", *arguments, "--function-name", name, program=cli, check=True).stdout)

    changed = run(
        "update-function-configuration", "--logging-config", "LogFormat=JSON,SystemLogLevel=WARN", "--vpc-config",
        "SubnetIds=subnet-1,SecurityGroupIds=sg-1", "--dead-letter-config", f"TargetArn={QUEUE}")
    assert changed["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert changed["VpcConfig"]["SubnetIds"] == ["subnet-1"]
    aws.wait_until_updated(name)
    changed = run("update-function-configuration", "--dead-letter-config", "TargetArn=")
    assert "DeadLetterConfig" not in changed
