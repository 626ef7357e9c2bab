"""A function's settings: all of them are told again wherever functions are told, and the rules of each."""

import copy
import json
import re

import pytest

from account import Account, refused
from packages import zip_of

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:dead-letters"
ACCESS_POINT = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0"
FILE_SYSTEMS = [{"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/data"}]
NETWORK = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
NO_NETWORK = {"SubnetIds": [], "SecurityGroupIds": []}
CODE = zip_of({"app.py": "def handler(event, context):\n    return event\n"})
# What differs between an answer and the next without anybody having set it.
VOLATILE = {
    "ResponseMetadata", "RevisionId", "LastModified", "State", "StateReason", "StateReasonCode", "LastUpdateStatus",
    "LastUpdateStatusReason", "LastUpdateStatusReasonCode",
}


def settings():
    """Every setting that a zip can have."""
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


def configuration(aws, name, **parameters):
    return aws.lambda_.get_function_configuration(FunctionName=name, **parameters)


def lasting(answer):
    """An answer without what changes by itself."""
    return {key: value for key, value in answer.items() if key not in VOLATILE}


def refused_creation(aws, **given):
    refusal = refused(aws.lambda_.create_function, **aws.settings(**given))
    assert aws.lambda_.list_functions()["Functions"] == []
    return refusal


def refused_change(aws, name, **given):
    before = configuration(aws, name)
    refusal = refused(aws.lambda_.update_function_configuration, FunctionName=name, **given)
    assert configuration(aws, name)["RevisionId"] == before["RevisionId"]
    return refusal


def assert_invalid(refusal, message):
    assert (refusal.code, refusal.status, refusal.message) == ("InvalidParameterValueException", 400, message)


def test_every_setting_is_told_wherever_the_function_is(aws):
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


def test_a_function_without_settings_tells_only_of_defaults(aws):
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
        ({"DeadLetterConfig": {}}, "DeadLetterConfig"),
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


def test_the_key_of_the_uploaded_code_is_told_with_the_code(aws):
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


LEVELS_WITH_TEXT = (
    'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the '
    'LogFormat to "JSON" and try again.'
)


def logging(aws, name, **change):
    aws.change(name, LoggingConfig=change)
    return configuration(aws, name)["LoggingConfig"]


def test_json_lines_have_levels_and_text_has_none(aws):
    name = aws.deploy(name="logs")
    group = {"LogGroup": "/aws/lambda/logs"}
    info = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    assert logging(aws, name, LogFormat="JSON") == {"LogFormat": "JSON", **info, **group}
    changed = logging(aws, name, ApplicationLogLevel="DEBUG")
    assert changed == {"LogFormat": "JSON", **info, **group, "ApplicationLogLevel": "DEBUG"}
    changed = logging(aws, name, SystemLogLevel="WARN", LogGroup="/other")
    assert changed == {
        "LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "SystemLogLevel": "WARN", "LogGroup": "/other"}
    assert logging(aws, name, LogFormat="Text") == {"LogFormat": "Text", "LogGroup": "/other"}
    assert logging(aws, name, LogFormat="JSON", SystemLogLevel="DEBUG") == {
        "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "DEBUG", "LogGroup": "/other"}


def test_a_new_function_with_json_lines_has_levels(aws):
    name = aws.deploy(name="logs", LoggingConfig={"LogFormat": "JSON"})
    assert configuration(aws, name)["LoggingConfig"] == {
        "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": "/aws/lambda/logs"}


@pytest.mark.parametrize("level", ["ApplicationLogLevel", "SystemLogLevel"])
@pytest.mark.parametrize("log_format", [{}, {"LogFormat": "Text"}])
def test_a_level_with_text(aws, level, log_format):
    given = {**log_format, level: "INFO"}
    assert_invalid(refused_creation(aws, LoggingConfig=given), LEVELS_WITH_TEXT)
    assert_invalid(refused_change(aws, aws.deploy(), LoggingConfig=given), LEVELS_WITH_TEXT)


@pytest.mark.parametrize("runtime", ["java11", "java21", "java25", "python3.12", "python3.13", "dotnet8"])
def test_snapstart_is_on_for_published_versions(aws, runtime):
    name = aws.deploy(Runtime=runtime, SnapStart={"ApplyOn": "PublishedVersions"})
    assert configuration(aws, name)["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    aws.lambda_.publish_version(FunctionName=name)
    published = configuration(aws, name, Qualifier="1")["SnapStart"]
    assert published == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    aws.change(name, SnapStart={"ApplyOn": "None"})
    assert configuration(aws, name)["SnapStart"] == {"ApplyOn": "None", "OptimizationStatus": "Off"}


@pytest.mark.parametrize("runtime", ["nodejs22.x", "python3.11", "java8.al2", "ruby3.4", "provided.al2023"])
def test_a_runtime_without_snapstart(aws, runtime):
    message = f"{runtime} is not supported for SnapStart enabled functions."
    on = {"ApplyOn": "PublishedVersions"}
    assert_invalid(refused_creation(aws, Runtime=runtime, SnapStart=on), message)
    name = aws.deploy(Runtime=runtime)
    assert_invalid(refused_change(aws, name, SnapStart=on), message)
    aws.change(name, Runtime="python3.13", SnapStart=on)
    assert_invalid(refused_change(aws, name, Runtime=runtime), message)


def test_a_runtime_has_one_version(aws):
    def version(name):
        return configuration(aws, name)["RuntimeVersionConfig"]["RuntimeVersionArn"]

    first, second, other = aws.deploy(Runtime="python3.12"), aws.deploy(Runtime="python3.12"), aws.deploy(Runtime="java21")
    assert version(first) == version(second) != version(other)
    aws.change(first, Runtime="java21")
    assert version(first) == version(other)


@pytest.mark.parametrize(
    "runtime",
    ["nodejs14.x", "nodejs4.3-edge", "python3.7", "python2.7", "java8", "go1.x", "ruby2.7", "dotnetcore3.1", "provided"],
)
def test_a_runtime_that_is_no_longer_taken(aws, runtime):
    message = (
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
        "We recommend you use a supported runtime while creating or updating functions.")
    assert_invalid(refused_creation(aws, Runtime=runtime), message)
    assert_invalid(refused_change(aws, aws.deploy(), Runtime=runtime), message)


@pytest.mark.parametrize(
    "runtime", ["nodejs16.x", "nodejs24.x", "python3.8", "python3.14", "java8.al2", "ruby3.2", "dotnet6", "provided.al2"]
)
def test_a_runtime_that_is_still_taken(aws, runtime):
    assert configuration(aws, aws.deploy(Runtime=runtime))["Runtime"] == runtime


def test_images_are_refused_by_name(aws):
    assert "PackageType Zip" in refused_creation(aws, PackageType="Image", Code={"ImageUri": "a/b:c"}).message
    name = aws.deploy()
    assert_invalid(
        refused(aws.lambda_.update_function_code, FunctionName=name, ImageUri="123456789012.dkr.ecr/a:b"),
        "Please don't provide ImageUri when updating a function with packageType Zip.")
    assert_invalid(
        refused_change(aws, name, ImageConfig={"Command": ["x"]}),
        "Please don't provide ImageConfig when updating a function with packageType Zip.")
    refusal = refused(aws.lambda_.create_function, **aws.settings(ImageConfig={"Command": ["x"]}))
    assert_invalid(refusal, "Please don't provide ImageConfig when creating a function with packageType Zip.")


@pytest.mark.parametrize(
    "setting",
    [
        {"DurableConfig": {"RetentionPeriodInDays": 7, "ExecutionTimeout": 60}},
        {"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": (
            "arn:aws:lambda:us-east-1:123456789012:capacity-provider:mine")}}},
        {"PublishTo": "LATEST_PUBLISHED"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_a_setting_that_comes_later_is_refused_by_name(aws, setting):
    refusal = refused_creation(aws, **setting)
    assert (refusal.code, refusal.status) == ("NotImplementedException", 501)
    assert next(iter(setting)) in refusal.message


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
