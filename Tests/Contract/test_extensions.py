"""External extensions: programs of layers that run beside the runtime and receive INVOKE and SHUTDOWN."""

import json
import re
import time

import pytest

from account import Account
from compiled import FUNCTIONS, compiled
from leftovers import command_line, descendants
from log_streams import log_of, log_with
from packages import program

PYTHON = (FUNCTIONS / "extension.py").read_text()
HANDLER = """
    import os, time
    print("init of the function")
    def handler(event, context):
        print("handled", event)
        if event == "fail":
            os._exit(9)
        if event == "sleep":
            time.sleep(60)
        return [event, context.aws_request_id]
"""


def deploy(account, extensions=None, source=HANDLER, **settings):
    """A function with a layer of these extensions, and with variables that control them."""
    files = {f"extensions/{name}": content for name, content in (extensions or {"witness": program(PYTHON)}).items()}
    layer = account.publish("extensions", files)["LayerVersionArn"]
    variables = settings.pop("variables", {})
    settings.setdefault("Timeout", 10)
    settings.setdefault("MemorySize", 512)
    return account.deploy(source, Layers=[layer], Environment={"Variables": variables}, **settings)


def events(log, name="witness"):
    return [json.loads(text) for text in re.findall(rf"<{name}> event (.*)", log)]


def test_an_external_extension_receives_invoke_and_shutdown(either):
    name = deploy(either)
    requests = [either.invoke(name, number).value[1] for number in range(2)]
    log = log_with(either, name, *[f"<witness> done {request}" for request in requests])
    registration = json.loads(re.search(r"<witness> registered 200 (.*)", log)[1])
    assert registration == {
        "functionName": name, "functionVersion": "$LATEST", "handler": "app.handler", "accountId": either.number,
    }
    assert "EXTENSION\tName: witness\tState: Ready\tEvents: [INVOKE, SHUTDOWN]" in log
    either.change(name, Description="which retires the environment")
    told = events(log_with(either, name, "<witness> over"))
    assert [event["eventType"] for event in told] == ["INVOKE", "INVOKE", "SHUTDOWN"]
    assert [event["requestId"] for event in told[:2]] == requests
    assert told[0]["invokedFunctionArn"] == either.arn(name)
    assert told[0]["tracing"]["type"] == "X-Amzn-Trace-Id"
    assert told[0]["tracing"]["value"].startswith("Root=1-")
    assert abs(told[0]["deadlineMs"] / 1000 - time.time()) < 30
    assert told[2]["shutdownReason"] == "spindown"
    assert 0 < told[2]["deadlineMs"] / 1000 - time.time() + 5 < 8


def test_an_extension_in_c(either):
    name = deploy(either, {"in-c": program(compiled("extension.c"))})
    request = either.invoke(name, 1).value[1]
    either.change(name, Description="which retires the environment")
    log = log_with(either, name, '"eventType":"SHUTDOWN"')
    assert f'"requestId":"{request}"' in log
    assert "EXTENSION\tName: in-c\tState: Ready" in log


@pytest.mark.parametrize("registered", ["INVOKE", "SHUTDOWN"])
def test_an_extension_receives_only_the_events_that_it_registered_for(aws, registered):
    extension = f"only-{registered}"
    name = deploy(aws, {extension: program(PYTHON)}, variables={"EXTENSION_EVENTS": registered})
    aws.invoke(name, 1)
    aws.change(name, Description="which retires the environment")
    deadline = time.monotonic() + 10
    while any(f"/opt/extensions/{extension}" in command_line(pid) for pid in descendants(aws.server.pid)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    log = log_with(aws, name, f'"eventType":"{registered}"')
    assert [event["eventType"] for event in events(log, extension)] == [registered]
    assert (f"<{extension}> over" in log) == (registered == "SHUTDOWN")


def test_extensions_start_before_the_runtime(aws):
    name = deploy(aws)
    aws.invoke(name, 1)
    log = log_with(aws, name, "REPORT")
    assert log.index("<witness> registered") < log.index("init of the function")
    assert log.index("EXTENSION\t") < log.index("START RequestId")


def test_the_caller_does_not_wait_for_extensions_but_the_next_invocation_does(aws):
    name = deploy(aws, variables={"EXTENSION_SLOW": "1.5"})
    aws.invoke(name, "cold")
    log_with(aws, name, "REPORT")
    begin = time.monotonic()
    request = aws.invoke(name, "warm").value[1]
    assert time.monotonic() - begin < 1
    log = log_with(aws, name, f"REPORT RequestId: {request}")
    assert float(re.search(rf"REPORT RequestId: {request}\tDuration: ([\d.]+)", log)[1]) >= 1500
    assert log.index(f"<witness> done {request}") < log.index(f"REPORT RequestId: {request}")


def test_an_environment_is_busy_until_its_extensions_are_done(aws):
    name = deploy(aws, variables={"EXTENSION_SLOW": "1"}, source="""
        import uuid
        me = str(uuid.uuid4())
        def handler(event, context):
            return me
    """)
    first = aws.invoke(name).value
    assert aws.invoke(name).value != first


def test_extensions_have_no_variables_of_the_runtime(aws):
    script = "#!/bin/sh\nenv | sed 's/^/<env> /'; pwd | sed 's/^/<pwd> /'\nexit 3\n"
    name = deploy(aws, {"env": program(script)}, variables={"MINE": "here"})
    aws.invoke(name)
    log = log_with(aws, name, "<pwd> /")
    names = set(re.findall(r"<env> (\w+)=", log))
    assert {"MINE", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_LAMBDA_FUNCTION_NAME", "PATH",
            "LD_LIBRARY_PATH", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"} <= names
    assert not names & {"_HANDLER", "AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
                        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"}


def test_a_time_out_is_the_shutdown_reason_of_extensions(either):
    name = deploy(either, Timeout=1)
    begin = time.monotonic()
    answer = either.invoke(name, "sleep")
    assert answer.failure["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - begin < 8
    log = log_with(either, name, "<witness> over")
    assert [event.get("shutdownReason") for event in events(log)] == [None, "timeout"]
    assert either.invoke(name, 1).value[0] == 1


def test_the_end_of_the_runtime_is_the_shutdown_reason_of_extensions(aws):
    name = deploy(aws)
    answer = aws.invoke(name, "fail")
    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert answer.failure["errorMessage"].endswith("Error: Runtime exited with error: exit status 9")
    log = log_with(aws, name, "<witness> over")
    assert events(log)[-1]["shutdownReason"] == "failure"
    assert "\nRuntime.ExitError" in log
    assert aws.invoke(name, 1).value[0] == 1


def test_an_extension_that_ignores_shutdown_is_killed_after_two_seconds(aws):
    name = deploy(aws, {"deaf": program(PYTHON)}, variables={"EXTENSION_FAULT": "deaf"})
    aws.invoke(name, 1)
    begin = time.monotonic()
    aws.change(name, Description="which retires the environment")
    log_with(aws, name, '"eventType":"SHUTDOWN"')
    while any("/opt/extensions/deaf" in command_line(pid) for pid in descendants(aws.server.pid)):
        assert time.monotonic() - begin < 10
        time.sleep(0.02)
    assert 1 < time.monotonic() - begin < 6
    assert "<deaf> over" not in log_of(aws, name)


def test_the_runtime_gets_sigterm_before_extensions_get_shutdown(aws):
    source = """
        import signal, sys, time
        def ended(*_):
            print("the runtime was asked to end", flush=True)
            sys.exit(0)
        signal.signal(signal.SIGTERM, ended)
        def handler(event, context):
            return 1
    """
    name = deploy(aws, source=source)
    aws.invoke(name)
    aws.change(name, Description="which retires the environment")
    log = log_with(aws, name, "<witness> over", "the runtime was asked to end")
    assert log.index("the runtime was asked to end") < log.index('"eventType":"SHUTDOWN"')


def test_an_extension_that_ends_in_an_invocation_ends_the_environment(aws):
    name = deploy(aws, variables={"EXTENSION_FAULT": "exit-in-invoke"})
    answer = aws.invoke(name, "sleep")
    assert answer.failure["errorType"] == "Extension.Crash"
    assert answer.failure["errorMessage"].endswith("Error: exit status 7")
    assert "Status: error\tError Type: Extension.Crash" in answer.log


def test_an_extension_that_reports_its_end_is_named(aws):
    name = deploy(aws, variables={"EXTENSION_FAULT": "exit-error"})
    answer = aws.invoke(name, "sleep")
    assert answer.failure["errorType"] == "Extension.ExitError"


@pytest.mark.parametrize(
    "fault, error_type, state",
    [("exit-early", "Extension.Crash", "Exited"), ("init-error", "Extension.InitError", "InitError")],
)
def test_an_extension_that_fails_in_the_init_phase_fails_the_function(aws, fault, error_type, state):
    name = deploy(aws, variables={"EXTENSION_FAULT": fault})
    begin = time.monotonic()
    answer = aws.invoke(name, 1)
    assert answer.failure["errorType"] == error_type
    assert time.monotonic() - begin < 3  # no invocation waits for the rest of the init phase
    log = log_with(aws, name, f"Phase: invoke\tStatus: error\tError Type: {error_type}")
    assert f"Phase: init\tStatus: error\tError Type: {error_type}" in log
    assert f"EXTENSION\tName: witness\tState: {state}" in log
    # The runtime starts when every extension has registered, so it may get that far before an error that comes later.
    assert fault == "init-error" or "init of the function" not in log


def test_an_extension_that_cannot_be_executed_fails_the_function(aws):
    name = deploy(aws, {"not-a-program": "echo hello"})
    answer = aws.invoke(name, 1)
    assert answer.failure["errorType"] == "Extension.LaunchError"
    assert answer.failure["errorMessage"].endswith("fork/exec /opt/extensions/not-a-program: permission denied")
    log = log_of(aws, name)
    assert "EXTENSION\tName: not-a-program\tState: LaunchError\tEvents: []\tError Type: PermissionDenied" in log


def test_more_than_ten_extensions_are_refused(aws):
    name = deploy(aws, {f"number-{number:02}": program(PYTHON) for number in range(11)}, MemorySize=1769)
    answer = aws.invoke(name, 1)
    assert answer.failure["errorType"] == "Extension.LaunchError"
    assert "State: LaunchError\tEvents: []\tError Type: TooManyExtensions" in log_of(aws, name)


def test_ten_extensions_run(aws):
    name = deploy(aws, {f"number-{number:02}": program(PYTHON) for number in range(10)}, MemorySize=1769, Timeout=30)
    assert aws.invoke(name, 1).value[0] == 1
    log = log_with(aws, name, "EXTENSION\tName: number-09\tState: Ready")
    assert len(re.findall("State: Ready", log)) == 10


def test_what_extensions_left_running_is_frozen_between_invocations(aws):
    script = PYTHON.replace("def main():", """
def tick():
    while True:
        say("tick")
        time.sleep(0.02)


threading.Thread(target=tick, daemon=True).start()


def main():""")
    name = deploy(aws, {"witness": program(script)})
    aws.invoke(name, 1)
    time.sleep(0.5)
    before = log_of(aws, name).count("<witness> tick")
    time.sleep(0.7)
    assert log_of(aws, name).count("<witness> tick") - before <= 2
    # It runs while the environment does, which may be too short after an invocation on a slow machine.
    for _ in range(50):
        aws.invoke(name, 1)
        if log_of(aws, name).count("<witness> tick") > before:
            return
        time.sleep(0.1)
    raise AssertionError("the extension did not go on")


def test_an_extension_that_is_never_ready_uses_up_the_init_phase_and_the_functions_time(aws):
    name = deploy(aws, variables={"EXTENSION_FAULT": "never-ready"}, Timeout=1)
    answer = aws.invoke(name, 1)
    assert answer.failure["errorType"] == "Sandbox.Timedout"
    log = log_with(aws, name, "Phase: init\tStatus: timeout", "Phase: invoke\tStatus: timeout")
    assert "State: Registered" in log


def test_a_server_that_stops_lets_extensions_end(installation):
    server = installation.start()
    aws = Account(server)
    name = deploy(aws)
    aws.invoke(name, 1)
    exit_code, seconds = server.stop()
    assert (exit_code, seconds < 4) == (0, True)
    assert "<witness> over" in log_of(aws, name)


def test_a_server_that_is_killed_leaves_no_extension_behind(installation):
    server = installation.start()
    aws = Account(server)
    name = deploy(aws, {"survivor": program(PYTHON)})
    aws.invoke(name, 1)
    pids = [pid for pid in descendants(server.pid) if "/opt/extensions/survivor" in command_line(pid)]
    assert pids
    server.kill()
    deadline = time.monotonic() + 5
    while any("/opt/extensions/survivor" in command_line(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    installation.start(server.data).stop()  # which removes leftovers of a killed server
