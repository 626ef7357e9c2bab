"""`strata logs`: the real program against a real server."""

import signal
import subprocess
import time

import pytest

from account import Account
from operators import SPEAKS, Operator, until
from server_process import PATIENCE_SECONDS


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


def test_the_lines_of_one_invocation_are_printed_and_those_with_a_text_and_the_last_ones(aws, operator):
    name = aws.deploy(SPEAKS)
    answers = [aws.invoke_aside(name, number) for number in range(3)]
    requests = [answer().log.split("START RequestId: ")[1].split(" ")[0] for answer in answers]
    for number, request in enumerate(requests):
        words = [line.split(" ", 1)[1] for line in operator.ask("logs", name, "--request-id", request).splitlines()]
        assert [word.split(" ")[0] for word in words] == ["START", "said", "END", "REPORT"]
        assert words[1] == f"said {number}"
    said = operator.ask("logs", name, "--grep", "said ").splitlines()
    assert sorted(line.split(" ", 1)[1] for line in said) == ["said 0", "said 1", "said 2"]
    assert operator.ask("logs", name, "--grep", "said ", "--lines", "2").splitlines() == said[1:]
    assert operator.ask("logs", name, "--request-id", "no such id") == ""
    follower = operator.start("logs", name, "--follow", "--lines", "1", "--grep", "said ")
    follower.wait_for("said ")
    aws.invoke(name, "later")
    follower.wait_for("said later")
    follower.interrupt(signal.SIGINT)
    assert [line.rstrip("\n") for line in follower.lines][:-1] == said[2:]


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
