"""Settings of recursion detection and runtime management, and refusals."""

import json

import pytest

from account import Account, refused

RUNTIME_VERSION = "arn:aws:lambda:us-east-1::runtime:" + "0123456789abcdef" * 4


@pytest.fixture
def function(aws):
    """A function with version 1 and an alias of it."""
    name = aws.deploy()
    aws.lambda_.publish_version(FunctionName=name)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def test_recursive_loops_are_ended_unless_they_are_allowed(aws, function):
    get_mode = aws.lambda_.get_function_recursion_config
    assert get_mode(FunctionName=function)["RecursiveLoop"] == "Terminate"
    for mode in ("Allow", "Terminate"):
        made = aws.lambda_.put_function_recursion_config(FunctionName=function, RecursiveLoop=mode)
        assert made["RecursiveLoop"] == get_mode(FunctionName=function)["RecursiveLoop"] == mode
    refusal = refused(get_mode, FunctionName="nobody")
    assert (refusal.code, refusal.message) == (
        "ResourceNotFoundException", f"Function not found: {aws.arn('nobody')}")
    put_mode = aws.lambda_.put_function_recursion_config
    assert refused(put_mode, FunctionName="nobody", RecursiveLoop="Allow").message == refusal.message
    # The model has no qualifier here.
    assert refused(put_mode, FunctionName=f"{function}:1", RecursiveLoop="Allow").code == "ValidationException"
    assert refused(put_mode, FunctionName=function, RecursiveLoop="Sometimes").code == "ValidationException"


def manage(aws, name, mode, **more):
    made = aws.lambda_.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn=mode, **more)
    made.pop("ResponseMetadata")
    return made


def managed(aws, name, **more):
    got = aws.lambda_.get_runtime_management_config(FunctionName=name, **more)
    got.pop("ResponseMetadata")
    return got


def test_runtimes_are_kept_up_to_date_in_three_ways(aws, function):
    arn = aws.arn(function)
    assert managed(aws, function) == {"UpdateRuntimeOn": "Auto", "FunctionArn": arn}
    expected = {"UpdateRuntimeOn": "FunctionUpdate", "FunctionArn": arn}
    assert manage(aws, function, "FunctionUpdate") == managed(aws, function) == expected
    expected = {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": RUNTIME_VERSION, "FunctionArn": f"{arn}:1"}
    assert manage(aws, function, "Manual", RuntimeVersionArn=RUNTIME_VERSION, Qualifier="1") == expected
    assert managed(aws, function, Qualifier="1") == expected
    assert managed(aws, function, Qualifier="$LATEST")["UpdateRuntimeOn"] == "FunctionUpdate"
    aws.lambda_.delete_alias(FunctionName=function, Name="live")
    aws.lambda_.delete_function(FunctionName=function, Qualifier="1")
    refusal = refused(aws.lambda_.get_runtime_management_config, FunctionName=function, Qualifier="1")
    assert (refusal.code, refusal.message) == ("ResourceNotFoundException", f"Function not found: {arn}:1")


def test_a_runtime_version_belongs_to_the_manual_mode(aws, function):
    operation = aws.lambda_.put_runtime_management_config
    for parameters in (
        {"UpdateRuntimeOn": "Manual"}, {"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": RUNTIME_VERSION},
        {"UpdateRuntimeOn": "Auto", "Qualifier": "live"},
    ):
        assert refused(operation, FunctionName=function, **parameters).code == "InvalidParameterValueException"
    for parameters in (
        {"UpdateRuntimeOn": "Never"}, {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": "arn:aws:lambda:no:such:thing"}
    ):
        assert refused(operation, FunctionName=function, **parameters).code == "ValidationException"
    refusal = refused(operation, FunctionName="nobody", UpdateRuntimeOn="Auto")
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)


def test_a_pinned_runtime_cannot_be_changed(aws, function):
    manage(aws, function, "Manual", RuntimeVersionArn=RUNTIME_VERSION)
    other = "python3.14" if aws.server.runtime != "python3.14" else "python3.13"
    refusal = refused(aws.lambda_.update_function_configuration, FunctionName=function, Runtime=other)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == (
        "Cannot change runtime identifier when runtime management configuration is set to 'Manual'. Change the "
        "runtime management configuration to 'Auto' or 'FunctionUpdate', then retry.")
    aws.change(function, Runtime=aws.server.runtime)
    manage(aws, function, "Auto")
    aws.change(function, Runtime=other)


def test_modes_survive_a_restart(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy()
    aws.lambda_.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    runtime = manage(aws, name, "FunctionUpdate")
    server.end()
    restarted = installation.start(data=server.data)
    aws = aws.reconnected(restarted)
    assert aws.lambda_.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"
    assert managed(aws, name) == runtime
    restarted.end()


def test_modes_by_the_command_line(aws, cli, function):
    def run(*arguments):
        return json.loads(aws.aws("lambda", *arguments, "--function-name", function, program=cli, check=True).stdout)

    assert run("put-runtime-management-config", "--update-runtime-on", "FunctionUpdate")["FunctionArn"]
    assert run("get-function-recursion-config")["RecursiveLoop"] == "Terminate"
