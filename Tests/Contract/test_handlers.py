"""The contract between Lambda and a handler, for each kind of runtime: Python, and a custom one in C, built on demand.

`functions/handlers.py` and `functions/handlers.c` have the same handlers; every test runs both.
"""

import base64
import json
import re
import time

import pytest

from account import refused
from compiled import FUNCTIONS, compiled
from log_streams import log_with
from packages import program

LIMIT_BYTES = 6_291_556
TEXTS = {
    "astral planes": "🎂𝄞 🏳️‍🌈 \U0010ffff",
    "right to left": "\u202eשלום\u202c مرحبا",
    "combining": "e\u0301 Å ﬁ ॐ",
    "line separators": "a\u2028b\u2029c\u0085d",
    "noncharacters": "\ufffe\uffff\ufeff",
    "escapes": "\"\\/\b\f\n\r\t\u001f\u007f",
    "NUL": "before\u0000after",
    "half a surrogate pair": "\ud83c",
    "surrogates in the wrong order": "\udf82\ud83c",
}
WELL_FORMED = [text for name, text in TEXTS.items() if "surrogate" not in name]
PRINTABLE = [text for text in WELL_FORMED if json.dumps(text, ensure_ascii=False) == f'"{text}"']


class Handlers:
    """The handlers for one runtime, in one account."""

    def __init__(self, aws, is_python):
        self.aws = aws
        self.is_python = is_python
        self.runtime = aws.server.runtime if is_python else "provided.al2023"
        self.files = (
            {"handlers.py": (FUNCTIONS / "handlers.py").read_text()}
            if is_python else {"bootstrap": program(compiled("handlers.c"))})

    def deploy(self, handler, **settings):
        settings.setdefault("MemorySize", 512)
        return self.aws.deploy(files=self.files, Runtime=self.runtime, Handler=f"handlers.{handler}", **settings)

    def call(self, handler, event=None, payload=None, **settings):
        """Deploys a handler, and invokes it once."""
        return self.aws.invoke(self.deploy(handler, **settings), event, payload=payload)


@pytest.fixture(params=["python", "provided.al2023"])
def handlers(request, aws):
    return Handlers(aws, request.param == "python")


def layer(aws, name, files):
    return aws.publish(name, files)["LayerVersionArn"]


def test_echo(handlers):
    answer = handlers.call("echo", {"a": [1, 2.5, None, True], "b": {"c": "d"}})
    assert (answer.status, answer.error, answer.version) == (200, None, "$LATEST")
    assert answer.value == {"a": [1, 2.5, None, True], "b": {"c": "d"}}


def test_unicode_comes_back_in_whatever_way_it_was_written(handlers):
    name = handlers.deploy("echo")
    for text in WELL_FORMED:
        for ascii_only in (True, False):
            payload = json.dumps({text: [text]}, ensure_ascii=ascii_only).encode()
            assert handlers.aws.invoke(name, payload=payload).value == {text: [text]}


@pytest.mark.parametrize("name", [name for name in TEXTS if "surrogate" in name])
def test_half_a_surrogate_pair_comes_back_as_it_was(handlers, name):
    if handlers.is_python and handlers.runtime > "python3.11":
        pytest.skip("AWS's runtime writes UTF-8 from Python 3.12 on, in which there is no such thing")
    assert handlers.call("echo", TEXTS[name]).value == TEXTS[name]


def test_unicode_is_logged_as_it_was_printed(handlers):
    name = handlers.deploy("log")
    for text in PRINTABLE:
        payload = json.dumps(text, ensure_ascii=False).encode()
        assert f"\n{text}\n" in handlers.aws.invoke(name, payload=payload).log
    assert len(PRINTABLE) >= 5
    log_with(handlers.aws, name, PRINTABLE[0], PRINTABLE[1])


def test_an_error_is_reported_with_type_message_and_trace(handlers):
    name = handlers.deploy("error")
    for text in ["it is wrong", "", *TEXTS.values()]:
        answer = handlers.aws.invoke(name, text)
        assert (answer.status, answer.error) == (200, "Unhandled")
        failure = answer.failure
        assert (failure["errorType"], failure["errorMessage"]) == ("ValueError", text)
        (frame,) = failure["stackTrace"]
        assert "handlers" in frame and "error" in frame
        assert "REPORT RequestId: " in answer.log
        assert not handlers.is_python or text not in PRINTABLE or f"[ERROR] ValueError: {text}" in answer.log


def test_an_exception_class_of_the_function_is_reported_by_name(handlers):
    failure = handlers.call("custom").failure
    assert (failure["errorType"], failure["errorMessage"]) == ("OutOfTea", "no tea – 🍵")
    assert isinstance(failure["stackTrace"], list)


def test_an_environment_is_reused_after_an_error(handlers):
    name = handlers.deploy("error")
    logs = [handlers.aws.invoke(name, "wrong").log for _ in range(2)]
    assert ["Init Duration" in log for log in logs] == [True, False]


def test_a_handler_that_does_not_exist_fails_the_init_phase(handlers):
    name = handlers.deploy("missing")
    for _ in range(2):
        answer = handlers.aws.invoke(name)
        assert (answer.status, answer.error) == (200, "Unhandled")
        assert answer.failure["errorType"] == "Runtime.HandlerNotFound"
    for phase in ("init", "invoke"):
        log_with(handlers.aws, name, f"Phase: {phase}\tStatus: error\tError Type: Runtime.HandlerNotFound")


def assert_ended(answer, message):
    assert (answer.status, answer.error) == (200, "Unhandled")
    failure = answer.failure
    request = re.match(r"RequestId: (\S+) Error: ", failure["errorMessage"])[1]
    assert failure == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request} Error: {message}"}
    assert f"RequestId: {request} Error: {message}\nRuntime.ExitError\n" in answer.log
    assert re.search(rf"REPORT RequestId: {request}\t.*\tStatus: error\tError Type: Runtime\.ExitError", answer.log)


@pytest.mark.parametrize(
    "status, message",
    [(0, "Runtime exited without providing a reason"), (3, "Runtime exited with error: exit status 3"),
     (255, "Runtime exited with error: exit status 255")],
)
def test_the_exit_of_a_runtime_is_reported_with_its_status(handlers, status, message):
    assert_ended(handlers.call("leave", status), message)


@pytest.mark.parametrize(
    "signal, words",
    [(4, "illegal instruction"), (6, "aborted"), (9, "killed"), (11, "segmentation fault"), (13, "broken pipe"),
     (15, "terminated")],
)
def test_a_signal_that_ends_a_runtime_is_reported_by_name(handlers, signal, words):
    if handlers.is_python and signal == 13:
        pytest.skip("Python ignores SIGPIPE")
    assert_ended(handlers.call("die", signal), f"Runtime exited with error: signal: {words}")


def test_an_exit_resets_the_environment(handlers):
    name = handlers.deploy("visit")
    assert [handlers.aws.invoke(name, 0).value for _ in range(2)] == [1, 2]
    assert_ended(handlers.aws.invoke(name, -7), "Runtime exited with error: exit status 7")
    assert handlers.aws.invoke(name, 0).value == 1


def test_a_time_out_is_reported_in_seconds_and_resets_the_environment(handlers):
    name = handlers.deploy("visit", Timeout=1)
    assert [handlers.aws.invoke(name, 0).value for _ in range(2)] == [1, 2]
    answer = handlers.aws.invoke(name, 60)
    assert (answer.status, answer.error) == (200, "Unhandled")
    request = re.match(r"RequestId: (\S+) Error: ", answer.failure["errorMessage"])[1]
    assert answer.failure == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request} Error: Task timed out after 1.00 seconds"}
    report = re.search(rf"REPORT RequestId: {request}\tDuration: ([\d.]+) ms\t.*\tStatus: timeout", answer.log)
    assert 1000 <= float(report[1]) < 30_000  # of its sixty seconds
    assert handlers.aws.invoke(name, 0).value == 1


def test_an_event_of_six_megabytes_is_accepted_and_a_larger_one_is_not(handlers):
    name = handlers.deploy("echo", MemorySize=1769, Timeout=30)
    payload = b'"' + b"x" * (LIMIT_BYTES - 2) + b'"'
    assert handlers.aws.invoke(name, payload=payload).payload == payload
    refusal = refused(handlers.aws.lambda_.invoke, FunctionName=name, Payload=payload + b" ")
    assert (refusal.code, refusal.status) == ("RequestEntityTooLargeException", 413)


def test_a_response_of_six_megabytes_is_accepted_and_a_larger_one_is_not(handlers):
    name = handlers.deploy("sized", MemorySize=1769, Timeout=30)
    assert len(handlers.aws.invoke(name, LIMIT_BYTES).payload) == LIMIT_BYTES
    answer = handlers.aws.invoke(name, LIMIT_BYTES + 1)
    assert (answer.status, answer.error) == (200, "Unhandled")
    size = f"({LIMIT_BYTES + 1} bytes)"
    assert answer.failure == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": f"Response payload size {size} exceeded maximum allowed payload size ({LIMIT_BYTES} bytes)."}
    assert handlers.aws.invoke(name, 10).value == "x" * 8
    # The runtime was informed, too.
    words = "response code: 413" if handlers.is_python else "refused with 413: "
    assert words in log_with(handlers.aws, name, "RequestEntityTooLarge")


def test_an_answer_in_chunks_has_the_same_limit(aws):
    handlers = Handlers(aws, is_python=True)
    for length, status in ((LIMIT_BYTES, 202), (LIMIT_BYTES + 1, 413)):
        name = handlers.deploy("chunked", MemorySize=1769, Timeout=30)
        answer = aws.invoke(name, length)
        if status == 202:
            assert (answer.error, len(answer.payload)) == (None, LIMIT_BYTES)
        else:
            assert answer.failure["errorType"] == "Function.ResponseSizeTooLarge"
        log_with(aws, name, f"answered with {status}")


def test_every_variable_of_lambda_has_its_value(handlers):
    own = {"OWN": "".join(PRINTABLE), "LINES": "a\nb\\\"", "EMPTY": ""}
    name = handlers.deploy("environment", Environment={"Variables": own}, MemorySize=192)
    variables = handlers.aws.invoke(name).value
    (stream,) = (handlers.aws.server.data / "logs" / handlers.aws.number / "us-east-1" / name).iterdir()
    expected = own | {
        "_HANDLER": "handlers.environment",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "192",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": stream.stem.replace("-", "/"),
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{handlers.aws.server.port}",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        # Only with a managed runtime of Lambda.
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{handlers.runtime}" if handlers.is_python else None,
        "PWD": "/var/task" if handlers.is_python else None,
        "SHLVL": "0" if handlers.is_python else None,
    }
    assert {key: variables.get(key) for key in expected} == expected
    assert all(variables[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    # The runtime sets it for each invocation: this one in C does not.
    assert ("_X_AMZN_TRACE_ID" in variables) == handlers.is_python


def test_the_context_of_an_invocation_is_complete(handlers):
    name = handlers.deploy("describe", Timeout=20)
    handlers.aws.publish_live(name)
    client = {"custom": {"who": "é 🎂"}, "env": {"locale": "fr"}, "client": {"app_title": "tester"}}
    begin = time.time()
    response = handlers.aws.lambda_.invoke(
        FunctionName=name, Qualifier="live", ClientContext=base64.b64encode(json.dumps(client).encode()).decode())
    seen = json.loads(response["Payload"].read())
    end = time.time()
    assert response["ExecutedVersion"] == "1"
    assert seen["request"] == response["ResponseMetadata"]["RequestId"]
    assert seen["arn"] == handlers.aws.arn(name) + ":live"
    assert begin + 19.9 < seen["deadline"] / 1000 < end + 20.1
    assert re.match(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]", seen["trace"])
    assert seen["client"] == client | ({"client": "tester"} if handlers.is_python else {})
    assert seen["identity"] is None
    plain = handlers.aws.invoke(name).value
    assert (plain["arn"], plain["client"]) == (handlers.aws.arn(name), None)


def test_programs_and_libraries_of_layers_are_on_the_search_paths(handlers):
    tools = layer(handlers.aws, "tools", {"bin/greet": program("#!/bin/sh\necho hello from $0\n")})
    greeting, path, libraries = handlers.call("search", Layers=[tools]).value
    assert greeting == "hello from /opt/bin/greet\n"
    path, libraries = (each if isinstance(each, list) else each.split(":") for each in (path, libraries))
    assert path[-4:] == ["/usr/local/bin", "/usr/bin/", "/bin", "/opt/bin"]
    assert libraries[-5:] == ["/var/runtime", "/var/runtime/lib", "/var/task", "/var/task/lib", "/opt/lib"]


def test_python_finds_modules_in_both_places_of_a_layer(aws):
    handlers = Handlers(aws, is_python=True)
    packages = f"/opt/python/lib/{handlers.runtime}/site-packages"
    modules = layer(aws, "modules", {"python/beside.py": "", f"{packages[5:]}/packaged.py": ""})
    beside, packaged, path = handlers.call("imports", Layers=[modules]).value
    assert (beside, packaged) == ("/opt/python/beside.py", f"{packages}/packaged.py")
    assert path.index("/var/task") < path.index(packages)
    assert path.index("/var/task") < path.index("/opt/python")


def test_a_background_thread_is_frozen_and_resumes_with_the_next_invocation(handlers):
    name = handlers.deploy("background", MemorySize=1769)
    handlers.aws.invoke(name)
    left = handlers.aws.invoke(name).value[1]
    time.sleep(1)
    found, later = handlers.aws.invoke(name).value
    assert found - left < 30, "a second holds a hundred ticks of a thread that is not frozen"
    assert later > found, "it goes on once there is an invocation"
