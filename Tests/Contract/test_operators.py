"""`strata invoke`, and what all such commands share: the real program against a real server."""

import json
import socket

import pytest

from account import Account
from operators import SPEAKS, Operator, until


def test_a_function_is_invoked(aws, operator):
    name = aws.deploy(SPEAKS)
    assert json.loads(operator.ask("invoke", name, "--payload", '{"a": "ü"}')) == {"heard": {"a": "ü"}}
    assert operator.ask("invoke", name, "--payload=-", stdin="[1, 2]") == '{"heard": [1, 2]}\n'
    assert operator.ask("invoke", aws.arn(name)) == '{"heard": {}}\n'


def test_an_event_is_read_from_a_file(aws, operator, tmp_path):
    name = aws.deploy("def handler(event, context): return len(event)")
    event = tmp_path / "event.json"
    event.write_text(json.dumps("x" * 200_000))
    assert operator.ask("invoke", name, "--payload", f"@{event}") == "200000\n"
    missing = operator.run("invoke", name, "--payload", f"@{event}.missing")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "No such file or directory" in missing.stderr


def test_the_tail_of_the_log_goes_to_standard_error(aws, operator):
    result = operator.run("invoke", aws.deploy(SPEAKS), "--tail", "--payload", "1")
    assert result.stdout == '{"heard": 1}\n'
    assert "said 1\n" in result.stderr
    assert result.stderr.rstrip().splitlines()[-1].startswith("REPORT RequestId: ")


def test_a_stack_trace_in_the_tail_has_its_lines_below_each_other(aws, operator):
    result = operator.run("invoke", aws.deploy(SPEAKS), "--payload", '"fail"', "--tail")
    lines = result.stderr.splitlines()
    start = lines.index("[ERROR] ValueError: it broke")
    assert lines[start + 1] == "\tTraceback (most recent call last):"


def test_the_limit_that_throttled_an_invocation_is_named(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    result = operator.run("invoke", name)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "strata: TooManyRequestsException: Rate Exceeded. (ReservedFunctionConcurrentInvocationLimitExceeded)\n")


def test_a_version_or_alias_is_invoked(aws, operator):
    name = aws.deploy("def handler(event, context): return context.function_version", Publish=True)
    assert operator.ask("invoke", name, "--qualifier", "1") == '"1"\n'
    assert operator.ask("invoke", name) == '"$LATEST"\n'


def test_a_function_that_fails_is_exit_code_1(aws, operator):
    result = operator.run("invoke", aws.deploy(SPEAKS), "--payload", '"fail"')
    assert result.returncode == 1
    assert json.loads(result.stdout)["errorType"] == "ValueError"
    assert result.stderr == "The function failed: ValueError: it broke\n"


def test_an_invocation_in_json(aws, operator):
    name = aws.deploy(SPEAKS)
    (answer,) = operator.documents("invoke", name, "--payload", "1")
    assert (answer["statusCode"], answer["executedVersion"], answer["payload"]) == (200, "$LATEST", {"heard": 1})
    assert "said 1" in answer["log"] and "functionError" not in answer
    failed = json.loads(operator.run("invoke", name, "--json", "--payload", '"fail"').stdout)
    assert (failed["functionError"], failed["payload"]["errorMessage"]) == ("Unhandled", "it broke")


def test_an_event_is_queued_and_its_request_id_printed(aws, operator):
    name = aws.deploy(SPEAKS)
    request_id = operator.ask("invoke", name, "--async", "--payload", '"later"').strip()
    output = until(lambda: (text := operator.ask("logs", name)).count("REPORT") == 1 and text, "the report")
    assert "said later" in output and f"REPORT RequestId: {request_id}" in output


def test_refusals_of_the_service_are_reported_in_its_words(operator, aws):
    result = operator.run("invoke", "missing")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"strata: ResourceNotFoundException: Function not found: {aws.arn('missing')}\n")


@pytest.mark.parametrize("payload, byte", [("{bad", 2), ("hello", 1), ("{'a': 1}", 2), ('{"a": 1', 8)])
def test_a_payload_that_is_not_json_is_refused_before_it_is_sent(operator, payload, byte):
    for arguments, stdin in [([f"--payload={payload}"], ""), (["--payload=-"], payload)]:
        result = operator.run("invoke", "missing", *arguments, stdin=stdin)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(f"strata invoke: --payload is not JSON, from byte {byte} on. In a shell, quote")


def test_the_region_is_that_of_the_environment(aws):
    elsewhere = Account(aws.server, "000000000000", "ap-south-1")
    name = elsewhere.deploy("import os\ndef handler(event, context): return os.environ['AWS_REGION']")
    assert Operator(aws.server, region="ap-south-1").ask("invoke", name) == '"ap-south-1"\n'
    assert Operator(aws.server, region="eu-west-1").run("invoke", name).returncode == 1


@pytest.mark.parametrize("arguments, exit_code, words", [
    (["invoke"], 2, "NAME is missing"),
    (["invoke", "f", "--async", "--tail"], 2, "--async and --tail cannot be combined"),
    (["logs", "f", "--since", "yesterday"], 2, "--since takes an age such as 10m or 2h"),
    (["events", "purge"], 2, "select events with --function, --id or both, or pass --all"),
    (["events", "retry", "--all", "--id", "1"], 2, "select events with --function, --id or both, or pass --all"),
    (["events", "list", "--id", "0"], 2, "--id takes an event number or a request ID"),
    (["events", "list", "--id", "0000-00"], 2, "--id takes an event number or a request ID"),
    (["top", "--endpoint", "ftp://x"], 2, "--endpoint takes an http or https URL"),
])
def test_a_usage_error_says_what_is_wrong(operator, arguments, exit_code, words):
    result = operator.run(*arguments)
    assert (result.returncode, result.stdout) == (exit_code, "")
    assert words in result.stderr


@pytest.mark.parametrize("arguments", [
    ["logs", "f"], ["invoke", "f"], ["events", "list"], ["events", "purge", "--all"], ["top"], ["metrics"],
])
def test_an_unreachable_server_is_reported(operator, arguments):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = operator.run(*arguments, "--endpoint", url)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"strata: Cannot connect to {url}. Start the server with 'strata start', or pass another --endpoint.\n")
