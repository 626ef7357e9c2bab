"""The rules of logging, runtimes, SnapStart and images, in AWS's words."""

import pytest

from account import refused
from configurations import assert_invalid, configuration, refused_change, refused_creation

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

    first, second, other = (aws.deploy(Runtime=runtime) for runtime in ("python3.12", "python3.12", "java21"))
    assert version(first) == version(second) != version(other)
    aws.change(first, Runtime="java21")
    assert version(first) == version(other)


@pytest.mark.parametrize(
    "runtime",
    ["nodejs14.x", "nodejs4.3-edge", "python3.7", "python2.7", "java8", "go1.x", "ruby2.7", "dotnetcore3.1", "provided"]
)
def test_a_runtime_that_is_no_longer_taken(aws, runtime):
    message = (
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
        "We recommend you use a supported runtime while creating or updating functions.")
    assert_invalid(refused_creation(aws, Runtime=runtime), message)
    assert_invalid(refused_change(aws, aws.deploy(), Runtime=runtime), message)


@pytest.mark.parametrize(
    "runtime",
    ["nodejs16.x", "nodejs24.x", "python3.8", "python3.14", "java8.al2", "ruby3.2", "dotnet6", "provided.al2"],
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
