"""Settings of provisioned concurrency: accepted and returned values, and refusals in AWS's words."""

import re
import time

import pytest

from account import Account, refused
from concurrency import BELOW_MINIMUM, refused_reservation, reserve, unreserved

TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"


@pytest.fixture
def function(aws):
    return aws.deploy()


@pytest.fixture
def version(aws, function):
    """A function with version 1 and an alias of it."""
    aws.publish_live(function)
    return function


def provision(aws, name, qualifier, amount):
    return aws.lambda_.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=amount
    )


def refused_provision(aws, name, qualifier, amount=1):
    return refused(
        aws.lambda_.put_provisioned_concurrency_config, FunctionName=name, Qualifier=qualifier,
        ProvisionedConcurrentExecutions=amount,
    )


def when_ready(aws, name, qualifier):
    """The configuration once its environments are ready."""
    for _ in range(400):
        got = aws.lambda_.get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)
        if got["Status"] != "IN_PROGRESS":
            break
        time.sleep(0.05)
    return got


def configs(aws, name, **parameters):
    return aws.lambda_.list_provisioned_concurrency_configs(FunctionName=name, **parameters)


@pytest.mark.parametrize("qualifier", ["1", "live"])
def test_provisioned_concurrency_is_in_progress_and_then_ready(aws, version, qualifier):
    put = provision(aws, version, qualifier, 5)
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert re.fullmatch(TIMESTAMP, put["LastModified"])
    assert {key: value for key, value in put.items() if key not in ("LastModified", "ResponseMetadata")} == {
        "RequestedProvisionedConcurrentExecutions": 5, "AllocatedProvisionedConcurrentExecutions": 0,
        "AvailableProvisionedConcurrentExecutions": 0, "Status": "IN_PROGRESS",
    }
    got = when_ready(aws, version, qualifier)
    got.pop("ResponseMetadata")
    ready = {
        "RequestedProvisionedConcurrentExecutions": 5, "AllocatedProvisionedConcurrentExecutions": 5,
        "AvailableProvisionedConcurrentExecutions": 5, "Status": "READY", "LastModified": put["LastModified"],
    }
    assert got == ready
    assert configs(aws, version)["ProvisionedConcurrencyConfigs"] == [
        {"FunctionArn": f"{aws.arn(version)}:{qualifier}", **ready}
    ]
    assert unreserved(aws) == 995
    for _ in range(2):
        deleted = aws.lambda_.delete_provisioned_concurrency_config(FunctionName=version, Qualifier=qualifier)
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert configs(aws, version)["ProvisionedConcurrencyConfigs"] == []


def test_a_version_is_provisioned_by_its_number_or_by_an_alias(aws, version):
    provision(aws, version, "1", 1)
    refusal = refused_provision(aws, version, "live")
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert refusal.message == (
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
    aws.lambda_.delete_provisioned_concurrency_config(FunctionName=version, Qualifier="1")
    provision(aws, version, "live", 1)
    refusal = refused_provision(aws, version, "1")
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert refusal.message == "Version is pointed by a Provisioned Concurrency alias"


def test_latest_cannot_be_provisioned(aws, version):
    refusal = refused_provision(aws, version, "$LATEST")
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    for operation in ("get_provisioned_concurrency_config", "delete_provisioned_concurrency_config"):
        refusal = refused(getattr(aws.lambda_, operation), FunctionName=version, Qualifier="$LATEST")
        assert refusal.code == "InvalidParameterValueException"
        assert refusal.message == "The function resource provided must be an alias or a published version."


def test_provisioned_concurrency_of_a_missing_function(aws, version):
    cases = [
        (version, "10", f"Function not found: {aws.arn(version)}:10"),
        (version, "nobody", f"Cannot find alias arn: {aws.arn(version)}:nobody"),
        ("nothing", "1", f"Function not found: {aws.arn('nothing')}:1"),
        ("nothing", "nobody", f"Cannot find alias arn: {aws.arn('nothing')}:nobody"),
    ]
    for name, qualifier, message in cases:
        for refusal in (
            refused_provision(aws, name, qualifier),
            refused(aws.lambda_.get_provisioned_concurrency_config, FunctionName=name, Qualifier=qualifier),
            refused(aws.lambda_.delete_provisioned_concurrency_config, FunctionName=name, Qualifier=qualifier),
        ):
            assert (refusal.code, refusal.status, refusal.message) == ("ResourceNotFoundException", 404, message)
    refusal = refused(aws.lambda_.list_provisioned_concurrency_configs, FunctionName="nothing")
    assert refusal.message == f"Function not found: {aws.arn('nothing')}"
    refusal = refused(aws.lambda_.get_provisioned_concurrency_config, FunctionName=version, Qualifier="1")
    assert (refusal.code, refusal.status) == ("ProvisionedConcurrencyConfigNotFoundException", 404)
    assert refusal.message == "No Provisioned Concurrency Config found for this function"


def test_none_is_no_provisioned_concurrency(aws, version):
    refusal = refused_provision(aws, version, "1", 0)
    assert refusal.code == "ValidationException"
    assert refusal.message == (
        "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1")


def test_provisioned_concurrency_has_the_accounts_limits(installation):
    # It counts from the request on, and is started as far as there is room.
    server = installation.start(arguments=["--max-environments", 2])
    aws = Account(server)
    version = aws.deploy()
    aws.lambda_.publish_version(FunctionName=version)
    refusal = refused_provision(aws, version, "1", 1001)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == (
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000].")
    assert "Type" not in refusal.response
    refusal = refused_provision(aws, version, "1", 901)
    assert refusal.message == f"Specified ConcurrentExecutions for function {BELOW_MINIMUM}"
    provision(aws, version, "1", 900)
    assert refused_reservation(aws, aws.deploy(), 1).message.endswith(BELOW_MINIMUM)
    got = aws.lambda_.get_provisioned_concurrency_config(FunctionName=version, Qualifier="1")
    assert (got["Status"], got["AvailableProvisionedConcurrentExecutions"] <= 2) == ("IN_PROGRESS", True)
    server.end()


def test_provisioned_concurrency_fits_into_the_reservation(aws, version):
    reserve(aws, version, 3)
    provision(aws, version, "1", 2)
    # The reservation counts, not the provisioned concurrency within it.
    assert unreserved(aws) == 997
    refusal = refused_provision(aws, version, "1", 4)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == (
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
    refusal = refused_reservation(aws, version, 1)
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == (
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].")


def test_provisioned_concurrency_is_listed_in_pages(aws, function):
    for number in range(3):
        aws.lambda_.update_function_configuration(FunctionName=function, Description=f"{number}")
        aws.lambda_.publish_version(FunctionName=function)
        provision(aws, function, str(number + 1), 1)
    first = configs(aws, function, MaxItems=2)
    assert len(first["ProvisionedConcurrencyConfigs"]) == 2
    rest = configs(aws, function, MaxItems=2, Marker=first["NextMarker"])
    assert "NextMarker" not in rest
    listed = first["ProvisionedConcurrencyConfigs"] + rest["ProvisionedConcurrencyConfigs"]
    assert [each["FunctionArn"].rsplit(":", 1)[1] for each in listed] == ["1", "2", "3"]
    assert refused(
        aws.lambda_.list_provisioned_concurrency_configs, FunctionName=function, Marker="nonsense"
    ).code == "InvalidParameterValueException"


def test_deletion_takes_the_concurrency_along(aws, version):
    provision(aws, version, "live", 7)
    aws.lambda_.delete_alias(FunctionName=version, Name="live")
    assert configs(aws, version)["ProvisionedConcurrencyConfigs"] == []
    refusal = refused(aws.lambda_.get_provisioned_concurrency_config, FunctionName=version, Qualifier="live")
    assert refusal.message == f"Cannot find alias arn: {aws.arn(version)}:live"
    provision(aws, version, "1", 7)
    aws.lambda_.delete_function(FunctionName=version, Qualifier="1")
    assert configs(aws, version)["ProvisionedConcurrencyConfigs"] == []
    reserve(aws, version, 7)
    assert unreserved(aws) == 993
    aws.lambda_.delete_function(FunctionName=version)
    assert unreserved(aws) == 1000
    aws.deploy(name=version)
    assert "ReservedConcurrentExecutions" not in aws.lambda_.get_function_concurrency(FunctionName=version)


def test_concurrency_survives_a_restart(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy()
    aws.lambda_.publish_version(FunctionName=name)
    reserve(aws, name, 10)
    provision(aws, name, "1", 4)
    server.end()
    restarted = installation.start(data=server.data)
    aws = aws.reconnected(restarted)
    assert aws.lambda_.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 10
    got = when_ready(aws, name, "1")
    assert (got["Status"], got["RequestedProvisionedConcurrentExecutions"]) == ("READY", 4)
    restarted.end()


def test_concurrency_by_the_command_line(aws, cli, version):
    def run(*arguments):
        return aws.aws("lambda", *arguments, program=cli, check=True).stdout

    assert '"ReservedConcurrentExecutions": 5' in run(
        "put-function-concurrency", "--function-name", version, "--reserved-concurrent-executions", 5)
    assert "IN_PROGRESS" in run(
        "put-provisioned-concurrency-config", "--function-name", version, "--qualifier", "live",
        "--provisioned-concurrent-executions", 2)
    when_ready(aws, version, "live")
    assert "READY" in run("get-provisioned-concurrency-config", "--function-name", version, "--qualifier", "live")
