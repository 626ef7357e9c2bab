"""Failing functions: the caller gets the error, and the next invocation works."""

import time

import pytest

from account import refused
from leftovers import command_line, descendants

RECOVERING = """
    import ctypes, os, sys, time
    def handler(event, context):
        if event:
            exec(event)
        return "well"
"""


def assert_recovers(account, name):
    assert account.invoke(name).value == "well"


def test_an_exception_is_reported_with_type_message_and_trace(either):
    name = either.deploy(
        """
        class Broken(Exception):
            pass
        def handler(event, context):
            print("about to break")
            raise Broken("it broke – é")
        """
    )
    answer = either.invoke(name)
    assert (answer.status, answer.error) == (200, "Unhandled")
    failure = answer.failure
    assert failure["errorType"] == "Broken"
    assert failure["errorMessage"] == "it broke – é"
    assert len(failure["requestId"]) == 36
    trace = '  File "/var/task/app.py", line 6, in handler\n    raise Broken("it broke – é")\n'
    assert failure["stackTrace"] == [trace]
    assert "about to break" in answer.log
    assert "[ERROR] Broken: it broke" in answer.log


def test_an_environment_survives_an_exception(aws):
    name = aws.deploy(
        "import uuid\nme = str(uuid.uuid4())\ndef handler(event, context):\n    if event: 1/0\n    return me"
    )
    first = aws.invoke(name).value
    assert aws.invoke(name, True).failure["errorType"] == "ZeroDivisionError"
    assert aws.invoke(name).value == first


def test_a_function_that_takes_too_long_is_ended(either):
    name = either.deploy(RECOVERING, Timeout=1)
    begin = time.monotonic()
    answer = either.invoke(name, "time.sleep(60)")
    # The init phase does not count against the first invocation's time-out.
    assert time.monotonic() - begin < 8
    assert answer.failure["errorType"] == "Sandbox.Timedout"
    assert answer.failure["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert answer.failure["errorMessage"].startswith("RequestId: ")
    assert "Status: timeout" in answer.log
    assert_recovers(either, name)


def test_nothing_runs_on_after_a_time_out(either):
    """Descendants of the runtime in their own session end, too."""
    name = either.deploy(RECOVERING, Timeout=1)
    mark = "987654.321"
    child = f"subprocess.Popen(['setsid', 'sleep', '{mark}'], start_new_session=True)"
    assert either.invoke(name, f"import subprocess; {child}; time.sleep(60)").failure["errorType"] == "Sandbox.Timedout"
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        alive = [pid for pid in descendants(either.server.pid) if mark in command_line(pid)]
        if not alive:
            break
        time.sleep(0.02)
    assert alive == []


@pytest.mark.parametrize(
    "end, message",
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit(4)", "Runtime exited with error: exit status 4"),
        ("ctypes.string_at(0)", "Runtime exited with error: signal: segmentation fault"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
def test_the_exit_of_a_runtime_is_reported(either, end, message):
    name = either.deploy(RECOVERING, Timeout=10)
    answer = either.invoke(name, end)
    assert answer.error == "Unhandled"
    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert answer.failure["errorMessage"].startswith("RequestId: ")
    assert answer.failure["errorMessage"].partition(" Error: ")[2].startswith(message)
    assert "REPORT RequestId: " in answer.log
    assert_recovers(either, name)


def test_a_gigabyte_does_not_fit_into_128_megabytes(either):
    name = either.deploy(RECOVERING, Timeout=30, MemorySize=128)
    answer = either.invoke(name, "hoard = bytearray(b'x') * (1 << 30)")
    assert answer.error == "Unhandled"
    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert answer.failure["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert "Runtime.OutOfMemory" in answer.log
    assert_recovers(either, name)


def test_a_handful_of_megabytes_does_fit(either):
    name = either.deploy(RECOVERING, Timeout=30, MemorySize=256)
    assert either.invoke(name, "hoard = bytearray(b'x') * (64 << 20)").value == "well"


def test_temporary_files_have_a_limit(either):
    name = either.deploy(RECOVERING, Timeout=30, MemorySize=2048)
    answer = either.invoke(name, "open('/tmp/f', 'wb').write(bytes(400 << 20))")
    assert answer.value == "well"
    answer = either.invoke(name, "[open('/tmp/f%d' % n, 'wb').write(bytes(100 << 20)) for n in range(6)]")
    assert answer.failure["errorType"] == "OSError"
    assert "No space left on device" in answer.failure["errorMessage"]


def test_an_import_that_raises(either):
    name = either.deploy("raise ValueError('at import')")
    for _ in range(2):
        answer = either.invoke(name)
        assert answer.failure["errorType"] == "ValueError"
        assert answer.failure["errorMessage"] == "at import"
        assert "/var/task/app.py" in answer.failure["stackTrace"][-1]


def test_an_import_that_exits(aws):
    answer = aws.invoke(aws.deploy("import sys\nsys.exit(5)"))
    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert answer.failure["errorMessage"].endswith("Error: Runtime exited with error: exit status 5")


def test_an_import_that_never_ends(aws):
    """Lambda runs the init phase for ten seconds, then again within the invocation; a time-out ends both."""
    name = aws.deploy("import time\ntime.sleep(60)", Timeout=1)
    begin = time.monotonic()
    answer = aws.invoke(name)
    assert answer.failure["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    "handler, source, error_type, message",
    [
        ("missing.handler", "", "Runtime.ImportModuleError",
         "Unable to import module 'missing': No module named 'missing'"),
        ("app.missing", "", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
        ("app", "", "Runtime.MalformedHandlerName",
         "Bad handler 'app': not enough values to unpack (expected 2, got 1)"),
        ("app.handler", "def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax"),
        ("app.handler", "import nothing", "Runtime.ImportModuleError",
         "Unable to import module 'app': No module named 'nothing'"),
    ],
)
def test_a_handler_that_cannot_be_found(aws, handler, source, error_type, message):
    answer = aws.invoke(aws.deploy(source or "x = 1", Handler=handler))
    assert answer.failure["errorType"] == error_type
    assert answer.failure["errorMessage"].startswith(message)


def test_a_result_that_is_not_json(aws):
    answer = aws.invoke(aws.deploy("def handler(event, context): return object()"))
    assert answer.failure["errorType"] == "Runtime.MarshalError"
    assert answer.failure["errorMessage"].endswith("Object of type object is not JSON serializable")


def test_a_function_whose_interpreter_is_missing_is_created_and_says_what_to_do(aws):
    known = set(range(9, 15))
    missing = next((f"python3.{minor}" for minor in sorted(known, reverse=True)
                    if f"python3.{minor}" not in found_runtimes(aws)), None)
    if missing is None:
        pytest.skip("this host has every Python that Lambda has")
    name = aws.deploy(Runtime=missing)
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert missing in refusal.message
    assert f"--runtime {missing}=" in refusal.message


def found_runtimes(aws):
    """The runtimes that a server finds on this host, by invoking a function of each."""
    found = set()
    for minor in range(9, 15):
        name = aws.deploy("def handler(event, context): return 1", Runtime=f"python3.{minor}", Timeout=10)
        try:
            assert aws.invoke(name).value == 1
            found.add(f"python3.{minor}")
        except aws.lambda_.exceptions.ClientError:
            pass
    assert aws.server.runtime in found
    return found
