"""`strata logs` and `strata invoke`: the real program against a real server."""

import json
import signal
import socket
import subprocess
import time

import pytest

from account import Account
from operators import Operator, until
from server_process import PATIENCE_SECONDS

SPEAKS = """
    def handler(event, context):
        print("said", event)
        if event == "fail":
            raise ValueError("it broke")
        return {"heard": event}
"""


@pytest.fixture
def operator(aws):
    return Operator(aws.server, aws.number)


# strata logs

def test_a_functions_log_is_printed(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    words = [line.split(" ")[1] for line in operator.ask("logs", name).splitlines()]
    assert words == ["INIT_START", "START", "said", "END", "REPORT"]


def test_logs_of_all_environments_come_in_the_order_of_time(aws, operator):
    source = "import time\ndef handler(event, context):\n    print('is', event)\n    time.sleep(event)"
    name = aws.deploy(source, Timeout=20)
    for answer in [aws.invoke_aside(name, 3) for _ in range(3)]:
        answer()
    until(lambda: operator.ask("logs", name).count("REPORT") == 3, "three reports")
    events = operator.documents("logs", name)
    assert len({event["stream"] for event in events}) == 3
    assert all(stream.startswith("20") and stream.count("/") == 3 for stream in {event["stream"] for event in events})
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)


def test_following_a_log_shows_a_line_that_comes_later(aws, operator):
    name = aws.deploy(SPEAKS)
    follower = operator.start("logs", name, "--follow")
    aws.invoke(name, "first")
    follower.wait_for("said first")
    aws.invoke(name, "second")
    follower.wait_for("said second")
    follower.wait_for("REPORT", count=2)
    assert follower.interrupt(signal.SIGINT) == -signal.SIGINT
    assert sum("said first" in line for line in follower.lines) == 1
    assert all(line.endswith("\n") for line in follower.lines)


def test_a_log_can_be_followed_across_a_stream_that_outgrows_its_file(installation):
    # Two files of 16 MiB are kept per stream.
    server = installation.start()
    aws = Account(server)
    name = aws.deploy("""
        def handler(event, context):
            for line in range(600):
                print(event, line, "x" * 10_000)
    """, Timeout=60)
    follower = Operator(server, aws.number).start("logs", name, "--follow")
    for part in range(4):
        aws.invoke(name, f"part{part}")
        follower.wait_for(f"part{part} ", count=600)
    follower.interrupt(signal.SIGTERM)
    words = [tuple(line.split(" ")[1:3]) for line in follower.lines if " part" in line]
    assert words == [(f"part{part}", str(line)) for part in range(4) for line in range(600)]
    server.stop()


def test_a_log_can_be_read_since_a_moment(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, "early")
    time.sleep(2.1)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1))
    aws.invoke(name, "late")
    until(lambda: operator.ask("logs", name).count("REPORT") == 2, "two reports")
    for since, words in [(moment, ["late"]), ("1h", ["early", "late"])]:
        output = operator.ask("logs", name, "--since", since)
        assert [line.split(" said ")[1] for line in output.splitlines() if " said " in line] == words
    assert operator.ask("logs", name, "--since", "2099-01-01T00:00:00Z") == ""


def test_a_function_that_was_never_called_has_no_log_and_the_command_says_so(aws, operator):
    name = aws.deploy()
    result = operator.run("logs", name)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == f"{name} has no log yet: it was not invoked. Invoke it with: strata invoke {name}\n"


def test_the_log_of_a_function_that_is_gone_stays(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    until(lambda: "REPORT" in operator.ask("logs", name), "the report")
    aws.lambda_.delete_function(FunctionName=name)
    assert "said 1" in operator.ask("logs", aws.arn(name))


def test_a_log_is_found_by_every_form_of_a_functions_name(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    forms = [f"{name}:live", f"function:{name}", f"{aws.number}:function:{name}:1", f"{aws.arn(name)}:$LATEST"]
    for form in forms:
        assert "said 1" in operator.ask("logs", form), form


@pytest.mark.parametrize("name", ["missing", "../../etc", "a/b", ""])
def test_the_log_of_no_function_is_an_error(operator, name):
    result = operator.run("logs", name)
    assert (result.returncode, result.stdout) == (1, "")
    expected = "There is no function missing" if name == "missing" else "neither the name of a function nor its ARN"
    assert expected in result.stderr
    assert name != "missing" or "aws lambda list-functions" in result.stderr


def test_accounts_do_not_see_each_others_logs(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    stranger = Operator(aws.server, "999999999999")
    assert "There is no function" in stranger.run("logs", name).stderr
    result = stranger.run("logs", aws.arn(name))
    assert result.returncode == 1
    assert "AccessDeniedException" in result.stderr


# strata invoke

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


def test_a_closed_reader_ends_following(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    command = aws.server.installation.command("logs", name, "--follow")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, **operator.options())
    assert "INIT_START" in process.stdout.readline()
    process.stdout.close()
    aws.invoke(name, 2)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGPIPE


def test_a_closed_reader_ends_following_a_function_that_logs_nothing_more(aws, operator):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    command = aws.server.installation.command("logs", name, "--follow")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **operator.options())
    for _ in range(5):
        assert process.stdout.readline()
    time.sleep(1)
    assert process.poll() is None
    process.stdout.close()
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGPIPE
    assert process.stderr.read() == ""
    process.stderr.close()


def test_following_ends_with_an_error_when_the_server_does(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy(SPEAKS)
    follower = Operator(server, aws.number).start("logs", name, "--follow")
    aws.invoke(name, 1)
    follower.wait_for("REPORT")
    server.stop()
    assert follower.process.wait(PATIENCE_SECONDS) == 1
    assert "Cannot connect to" in follower.process.stderr.read()
    follower.interrupt(signal.SIGTERM)
