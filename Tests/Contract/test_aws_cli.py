"""The main workflow with an unmodified AWS CLI.

Version 2 expects a base64 payload unless configured otherwise, and exits with 254 where version 1 exits with 255.
"""

import json
import subprocess

import pytest

from identities import LOGS, TRUST
from packages import zip_of

CODE = "import greeting\ndef handler(event, context):\n    return f\"{greeting.WORD}, {event['name']}\"\n"


@pytest.fixture(scope="session")
def is_version_2(cli):
    output = subprocess.run([cli, "--version"], capture_output=True, text=True, check=True).stdout
    return output.startswith("aws-cli/2")


@pytest.fixture
def run(aws, cli):
    def run(*arguments, exit_code=0):
        result = aws.aws(*arguments, program=cli)
        assert result.returncode == exit_code, result.stderr
        return json.loads(result.stdout) if exit_code == 0 and result.stdout.strip() else result

    return run


def test_a_layer_and_a_function_are_deployed_invoked_and_updated(aws, run, tmp_path, is_version_2):
    layer, code, output = tmp_path / "layer.zip", tmp_path / "code.zip", tmp_path / "out.json"
    layer.write_bytes(zip_of({"python/greeting.py": "WORD = 'hello'\n"}))
    code.write_bytes(zip_of({"app.py": CODE}))
    published = run(
        "lambda", "publish-layer-version", "--layer-name", "greeting", "--zip-file", f"fileb://{layer}",
        "--compatible-runtimes", aws.server.runtime,
    )
    assert published["Version"] == 1
    created = run(
        "lambda", "create-function", "--function-name", "hello", "--runtime", aws.server.runtime,
        "--role", aws.role, "--handler", "app.handler", "--zip-file", f"fileb://{code}",
        "--layers", published["LayerVersionArn"],
    )
    assert created["State"] == "Pending"
    run("lambda", "wait", "function-active-v2", "--function-name", "hello")
    raw = ["--cli-binary-format", "raw-in-base64-out"] if is_version_2 else []
    payload = '{"name": "Strata – é"}'
    invoke = ["lambda", "invoke", "--function-name", "hello", *raw, "--payload", payload, str(output)]
    answer = run(*invoke)
    assert answer == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert json.loads(output.read_text()) == "hello, Strata – é"
    code.write_bytes(zip_of({"app.py": CODE.replace("{greeting.WORD}", "{greeting.WORD.upper()}")}))
    run("lambda", "update-function-code", "--function-name", "hello", "--zip-file", f"fileb://{code}")
    run("lambda", "wait", "function-updated-v2", "--function-name", "hello")
    run(*invoke)
    assert json.loads(output.read_text()) == "HELLO, Strata – é"
    assert [each["FunctionName"] for each in run("lambda", "list-functions")["Functions"]] == ["hello"]


def test_errors_have_a_message_and_an_exit_code(run, is_version_2):
    client_error = 254 if is_version_2 else 255
    result = run("lambda", "get-function", "--function-name", "nobody", exit_code=client_error)
    assert "(ResourceNotFoundException) when calling the GetFunction operation: Function not found: " in result.stderr
    result = run("lambda", "list-aliases", "--function-name", "nobody", exit_code=client_error)
    assert "ListAliases" in result.stderr


def test_a_function_error_is_in_the_response(aws, run, tmp_path):
    name = aws.deploy("def handler(event, context): return 1 / 0")
    answer = run("lambda", "invoke", "--function-name", name, str(tmp_path / "out.json"))
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads((tmp_path / "out.json").read_text())["errorType"] == "ZeroDivisionError"


def test_a_role_is_made_for_a_function_as_in_every_tutorial(aws, run, tmp_path):
    code = tmp_path / "code.zip"
    code.write_bytes(zip_of({"app.py": "def handler(event, context):\n    return event\n"}))
    assert run("sts", "get-caller-identity")["Account"] == aws.number
    trust = tmp_path / "trust.json"
    trust.write_text(TRUST)
    role = run("iam", "create-role", "--role-name", "tutorial", "--assume-role-policy-document", f"file://{trust}")
    run("iam", "attach-role-policy", "--role-name", "tutorial", "--policy-arn", LOGS)
    created = run(
        "lambda", "create-function", "--function-name", "tutorial", "--runtime", aws.server.runtime,
        "--role", role["Role"]["Arn"], "--handler", "app.handler", "--zip-file", f"fileb://{code}",
    )
    assert created["Role"] == role["Role"]["Arn"]
    attached = run("iam", "list-attached-role-policies", "--role-name", "tutorial")
    assert [each["PolicyArn"] for each in attached["AttachedPolicies"]] == [LOGS]
    session = run("sts", "assume-role", "--role-arn", role["Role"]["Arn"], "--role-session-name", "cli")
    assert session["AssumedRoleUser"]["Arn"].endswith(":assumed-role/tutorial/cli")
    run("lambda", "wait", "function-active-v2", "--function-name", "tutorial")
    run("lambda", "delete-function", "--function-name", "tutorial")
    run("iam", "detach-role-policy", "--role-name", "tutorial", "--policy-arn", LOGS)
    run("iam", "delete-role", "--role-name", "tutorial")


def test_errors_of_iam_have_a_message_and_an_exit_code(run, is_version_2):
    result = run("iam", "get-role", "--role-name", "nobody", exit_code=254 if is_version_2 else 255)
    words = "(NoSuchEntity) when calling the GetRole operation: The role with name nobody cannot be found."
    assert words in result.stderr
