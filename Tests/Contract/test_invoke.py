"""Successful invocations: results, logs, context, variables."""

import base64
import json
import re

import pytest

from account import refused
from log_streams import log_with
from test_functions import CODE

VALUES = ["ünïcödé – 漢字 – 🎂", "\u0000\u001f\"\\/", {"ключ": ["значение"]}, 2**53, 1e-300, ""]


def test_the_handlers_result_is_the_answer(either):
    answer = either.invoke(either.deploy(), {"a": [1, 2.5, None, True], "b": {"c": "d"}})
    assert answer.status == 200
    assert answer.error is None
    assert answer.value == {"a": [1, 2.5, None, True], "b": {"c": "d"}}
    assert answer.version == "$LATEST"


@pytest.mark.parametrize("event", VALUES)
def test_values_survive_both_ways(aws, event):
    assert aws.invoke(aws.deploy(), event).value == event


def test_no_payload_is_an_empty_object(aws):
    name = aws.deploy("def handler(event, context): return repr(event)")
    response = aws.lambda_.invoke(FunctionName=name)
    assert json.loads(response["Payload"].read()) == "{}"


def test_a_dry_run_runs_nothing(aws):
    name = aws.deploy("import sys\nsys.exit(1)")
    response = aws.lambda_.invoke(FunctionName=name, InvocationType="DryRun")
    assert response["StatusCode"] == 204
    assert response["Payload"].read() == b""
    refusal = refused(aws.lambda_.invoke, FunctionName="nobody", InvocationType="DryRun")
    assert refusal.code == "ResourceNotFoundException"


@pytest.mark.parametrize("payload", [b"{", b"nonsense", b"{} {}", b"\xff", b"'single'", b"[1,]", b"\x00"])
def test_a_payload_that_is_not_json_is_refused(aws, payload):
    refusal = refused(aws.lambda_.invoke, FunctionName=aws.deploy(), Payload=payload)
    assert (refusal.code, refusal.status) == ("InvalidRequestContentException", 400)
    assert refusal.message.startswith("Could not parse request body into json: Could not parse payload into json: ")


def test_the_log_tail_has_the_log_of_the_invocation(either):
    name = either.deploy(
        """
        import sys
        print("from the import")
        def handler(event, context):
            print("from print")
            print("from stderr", file=sys.stderr)
            return context.aws_request_id
        """
    )
    first, second = either.invoke(name), either.invoke(name)
    for answer in (first, second):
        request_id = answer.value
        lines = answer.log.splitlines()
        assert lines[0] == f"START RequestId: {request_id} Version: $LATEST"
        assert "from print" in lines
        assert "from stderr" in lines
        assert f"END RequestId: {request_id}" in lines
        order = [[line.startswith(word) for line in lines].index(True) for word in ("START", "END", "REPORT")]
        assert order == sorted(order)
        assert lines.index("from print") < order[1]
    report = (
        r"REPORT RequestId: {}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: \d+ MB\t"
    )
    assert re.search(report.format(first.value) + r"Init Duration: \d+\.\d\d ms\t", first.log)
    assert re.search(report.format(second.value), second.log)
    assert "Init Duration" not in second.log
    assert "from the import" not in first.log + second.log
    log = log_with(either, name, "from the import", f"REPORT RequestId: {second.value}")
    assert log.index("from the import") < log.index("START RequestId")


def test_the_log_tail_holds_the_last_four_kilobytes(aws):
    name = aws.deploy("def handler(event, context):\n    for n in range(2000): print('line', n)")
    log = aws.invoke(name).log
    assert len(log.encode()) <= 4096
    assert "line 1999" in log
    assert "line 0\n" not in log
    assert "REPORT RequestId" in log


def test_there_is_no_log_where_none_was_asked_for(aws):
    response = aws.lambda_.invoke(FunctionName=aws.deploy())
    assert "LogResult" not in response


def test_the_context_identifies_function_and_environment(either):
    name = either.deploy(
        """
        def handler(event, context):
            first = context.get_remaining_time_in_millis()
            return {
                "name": context.function_name, "version": context.function_version,
                "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
                "group": context.log_group_name, "stream": context.log_stream_name,
                "remaining": first, "identity": repr(context.identity.cognito_identity_id),
            }
        """,
        Timeout=7, MemorySize=192,
    )
    seen = either.invoke(name).value
    assert seen["name"] == name
    assert seen["version"] == "$LATEST"
    assert seen["arn"] == either.arn(name)
    assert seen["memory"] == "192"
    assert seen["group"] == f"/aws/lambda/{name}"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", seen["stream"])
    assert 5_000 < seen["remaining"] <= 7_000
    assert seen["identity"] == "None"


def test_every_invocation_has_a_request_id_of_its_own_and_the_client_has_it_too(aws):
    name = aws.deploy("def handler(event, context): return context.aws_request_id")
    ids = []
    for _ in range(3):
        response = aws.lambda_.invoke(FunctionName=name)
        ids.append(json.loads(response["Payload"].read()))
        assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"] == ids[-1]
    assert len(set(ids)) == 3


def test_the_client_context_arrives(aws):
    name = aws.deploy("def handler(event, context): return [context.client_context.custom, context.client_context.env]")
    context = {"custom": {"who": "tester – é"}, "env": {"locale": "fr"}, "client": {}}
    encoded = base64.b64encode(json.dumps(context).encode()).decode()
    assert aws.invoke(name, ClientContext=encoded).value == [context["custom"], context["env"]]


def test_a_client_context_that_is_too_long_is_refused(aws):
    encoded = base64.b64encode(json.dumps({"custom": {"x": "x" * 3_600}}).encode()).decode()
    assert refused(aws.lambda_.invoke, FunctionName=aws.deploy(), ClientContext=encoded).status == 400


def test_the_environment_variables_are_lambdas(either):
    name = either.deploy(
        "import os\ndef handler(event, context): return [dict(os.environ), context.log_stream_name]",
        Environment={"Variables": {"OWN": "value – é", "TZ": "Europe/Berlin"}}, MemorySize=256,
    )
    variables, stream = either.invoke(name).value
    expected = {
        "_HANDLER": "app.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{either.server.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "OWN": "value – é",
        "TZ": "Europe/Berlin",
    }
    assert {key: variables.get(key) for key in expected} == expected
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "LANG"):
        assert variables[key]
    assert "/opt/bin" in variables["PATH"].split(":")
    assert "/opt/lib" in variables["LD_LIBRARY_PATH"].split(":")


def test_what_the_server_has_in_its_environment_stays_there(either):
    name = either.deploy("import os\ndef handler(event, context): return sorted(os.environ)")
    names = set(either.invoke(name).value)
    lambdas = {name for name in names if name.startswith(("AWS_", "LAMBDA_", "_HANDLER", "_X_AMZN"))}
    ordinary = {"PATH", "LD_LIBRARY_PATH", "LANG", "TZ", "PYTHONPATH", "SHLVL", "PWD", "HOME", "LC_CTYPE"}
    assert names - lambdas <= ordinary


def test_the_latest_version_is_named_by_a_qualifier(aws):
    name = aws.deploy("def handler(event, context): return context.invoked_function_arn")
    assert aws.invoke(name, Qualifier="$LATEST").value == aws.arn(name) + ":$LATEST"
    assert aws.invoke(name, Qualifier="$LATEST").version == "$LATEST"


@pytest.mark.parametrize("handler", ["package.module.handler", "package/module.handler"])
def test_a_handler_in_a_package(aws, handler):
    files = {"package/__init__.py": "", "package/module.py": "def handler(event, context): return __name__\n"}
    assert aws.invoke(aws.deploy(files=files, Handler=handler)).value == "package.module"


def test_logging_goes_to_the_log_with_level_and_request_id(aws):
    name = aws.deploy(
        """
        import logging
        def handler(event, context):
            logging.getLogger().warning("careful")
            return context.aws_request_id
        """
    )
    answer = aws.invoke(name)
    assert re.search(rf"\[WARNING\]\t\S+Z\t{answer.value}\tcareful\n", answer.log)


def test_code_that_was_never_deployed_stays_unknown(aws):
    """Functions of one account never run each other's code."""
    one, two = aws.deploy("def handler(e, c): return 1"), aws.deploy(Code={"ZipFile": CODE})
    assert (aws.invoke(one).value, aws.invoke(two).value) == (1, "one")
