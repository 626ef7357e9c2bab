"""Functions' output is logged per function and environment, with Lambda's lines."""

import json
import re
import time
import urllib.request

import pytest

from account import Account
from log_streams import log_of, log_with
from server_process import PATIENCE_SECONDS

LINE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "


def streams_of(aws, name, count, containing="REPORT"):
    """The texts of a function's streams, once enough of them contain the expected text."""
    folder = aws.server.data / "logs" / aws.number / aws.region / name
    for _ in range(200):
        texts = [path.read_text() for path in sorted(folder.glob("*.log"))]
        if len(texts) >= count and sum(containing in text for text in texts) >= count:
            return texts
        time.sleep(0.05)
    raise AssertionError(f"{folder} holds {texts}")


def test_a_stream_has_what_was_printed_between_start_and_end(aws):
    name = aws.deploy("def handler(event, context): print('printed', event)")
    aws.invoke(name, 1)
    aws.invoke(name, 2)
    (text,) = streams_of(aws, name, 1, containing="printed 2")
    for _ in range(100):
        if text.count("REPORT") == 2:
            break
        time.sleep(0.05)
        (text,) = streams_of(aws, name, 1)
    words = [line.split(" ", 1)[1].split(" ")[0] for line in text.splitlines()]
    assert words == ["INIT_START", *["START", "printed", "END", "REPORT"] * 2]
    assert all(re.match(LINE, line) for line in text.splitlines())


def test_a_blank_line_is_no_event_of_a_stream(aws):
    name = aws.deploy("def handler(event, context): print('one', '', ' \\t', 'two', sep='\\n')")
    answer = aws.invoke(name)
    assert "one\n\n \t\ntwo\n" in answer.log
    assert "\none\ntwo\nEND" in log_with(aws, name, "REPORT")


def test_each_environment_has_a_stream_of_its_own(aws):
    source = "import time\ndef handler(event, context):\n    time.sleep(3)\n    return context.log_stream_name"
    name = aws.deploy(source, Timeout=20)
    answers = [aws.invoke_aside(name) for _ in range(2)]
    streams = {answer().value for answer in answers}
    assert len(streams) == 2
    assert len(streams_of(aws, name, 2)) == 2


def test_a_traceback_is_shown_on_lines_of_its_own(aws):
    name = aws.deploy("def handler(event, context): raise ValueError('it broke')")
    assert aws.invoke(name).failure["errorType"] == "ValueError"
    (text,) = streams_of(aws, name, 1)
    assert re.search(LINE + r"\[ERROR\] ValueError: it broke\n\tTraceback", text)


def test_json_is_logged_where_the_function_wants_it(aws):
    source = "import logging\ndef handler(event, context): logging.getLogger().warning('heed')"
    name = aws.deploy(source, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"})
    aws.invoke(name)
    (text,) = streams_of(aws, name, 1, containing="platform.report")
    assert re.search(r'\{.*"level": ?"WARNING".*"heed".*\}', text) or re.search(r'"message": ?"heed"', text)


def platform_events(text):
    """The platform events in a JSON log stream, by type."""
    documents = [json.loads(line.partition("Z ")[2]) for line in text.splitlines()]
    return {document["type"]: document["record"] for document in documents if "type" in document}


@pytest.mark.parametrize(
    "level, types",
    [
        ("DEBUG", ["platform.initStart", "platform.initRuntimeDone", "platform.initReport", "platform.start",
                   "platform.runtimeDone", "platform.report"]),
        ("INFO", ["platform.initStart", "platform.start", "platform.report"]),
        ("WARN", []),
    ],
)
def test_events_of_the_platform_are_json_too_by_their_level(aws, level, types):
    config = {"LogFormat": "JSON", "SystemLogLevel": level, "ApplicationLogLevel": "INFO"}
    name = aws.deploy("def handler(event, context): print('{\"mine\": 1}')", LoggingConfig=config)
    answer = aws.invoke(name)
    (text,) = streams_of(aws, name, 1, containing="platform.report" if types else "mine")
    events = platform_events(text)
    assert list(events) == types
    assert "START" not in text and "REPORT" not in text and "END" not in text
    if "platform.report" in events:
        assert events["platform.start"]["version"] == "$LATEST"
        report = events["platform.report"]
        assert report["status"] == "success"
        assert report["requestId"] == events["platform.start"]["requestId"]
        assert set(report["metrics"]) == {
            "durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"}
        assert "platform.report" in answer.log


def test_failures_are_json_events_of_level_warn(aws):
    config = {"LogFormat": "JSON", "SystemLogLevel": "WARN"}
    name = aws.deploy("import os\ndef handler(event, context): os._exit(1)", LoggingConfig=config)
    aws.invoke(name)
    (text,) = streams_of(aws, name, 1, containing="platform.report")
    report = platform_events(text)["platform.report"]
    assert (report["status"], report["errorType"]) == ("error", "Runtime.ExitError")
    assert "platform.start" not in text


def test_output_of_one_invocation_is_never_in_the_tail_of_another(aws):
    name = aws.deploy(
        """
        import sys
        def handler(event, context):
            sys.stdout.write("of " + event)  # without an end of the line
        """
    )
    first, second = aws.invoke(name, "the first").log, aws.invoke(name, "the second").log
    assert "of the first" in first and "of the second" in second
    assert "of the first" not in second


def test_the_start_of_a_long_silent_invocation_survives_the_kill_of_the_server(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy("import time\ndef handler(event, context): time.sleep(50)", Timeout=60)
    running = aws.invoke_aside(name)
    log_with(aws, name, "START RequestId")
    server.kill()
    with pytest.raises(Exception):
        running()
    installation.start(server.data).stop()  # which ends leftovers of a killed server
    assert log_of(aws, name).count("START RequestId") == 1


def test_the_log_has_the_last_lines_of_every_invocation_that_was_answered(aws):
    name = aws.deploy("def handler(event, context): print(event)")
    for count in range(1, 11):
        aws.invoke(name, count)
        status, page = operators_page(aws, name)
        assert status == 200
        words = [event["message"].split(" ")[0] for event in page["events"]]
        assert words.count("END") == words.count("REPORT") == count, words


def operators_page(aws, name):
    """The page that `strata logs` reads, without the time that a program takes to start."""
    request = urllib.request.Request(
        aws.server.url + "/_strata/logs", method="POST", data=json.dumps({"function": aws.arn(name)}).encode(),
        headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={aws.number}/20260101/us-east-1/lambda/aws4_request"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return answer.status, json.load(answer)


RESOLVES = """
    import socket
    def handler(event, context):
        try:
            socket.getaddrinfo("example.com", 443)
        except OSError as error:
            print(error)
"""


def test_the_log_says_once_why_a_function_finds_no_other_host(aws):
    name = aws.deploy(RESOLVES)
    hint = "start the server with: strata start --function-network host"
    first, second = aws.invoke(name).log, aws.invoke(name).log
    assert "Temporary failure in name resolution\n" in first and first.count(hint) == 1
    assert "Temporary failure in name resolution\n" in second and hint not in second
    assert hint not in aws.invoke(aws.deploy("def handler(event, context): print('fine')")).log
