"""The init phase and its failures, in responses and logs; wrapper scripts; the environment of a function."""

import re
import time

import pytest

from compiled import compiled
from log_streams import log_of, log_with
from packages import program

WRAPPER = """#!/bin/sh
echo "wrapped: $*"
export ADDED=by-the-wrapper
exec "$@"
"""


def init_reports(log):
    return re.findall(r"INIT_REPORT Init Duration: ([\d.]+) ms\tPhase: (\w+)\tStatus: (.*)", log)


@pytest.mark.parametrize(
    "source, error_type",
    [
        ("import nothing_like_that", "Runtime.ImportModuleError"),
        ("def handler(:", "Runtime.UserCodeSyntaxError"),
        ("x = 1", "Runtime.HandlerNotFound"),
        ("raise ValueError('at import')", "ValueError"),
        ("import sys\nsys.exit(5)", "Runtime.ExitError"),
        ("import os\nos.kill(os.getpid(), 9)", "Runtime.ExitError"),
    ],
)
def test_an_init_phase_that_fails_is_repeated_within_the_invocation(either, source, error_type):
    name = either.deploy('print("again")\n' + source if "handler(:" not in source else source)
    answer = either.invoke(name)
    assert answer.failure["errorType"] == error_type
    log = log_with(either, name, "REPORT RequestId")
    status = f"error\tError Type: {error_type}"
    assert [report[1:] for report in init_reports(log)] == [("init", status), ("invoke", status)]
    if "handler(:" not in source:
        assert log.count("again") == 2
    assert log.count("INIT_START Runtime Version") == 1
    assert log.index("Phase: invoke") < log.index("START RequestId") < log.index("END RequestId")
    assert re.search(rf"REPORT .*\tStatus: error\tError Type: {error_type}", log)
    assert "\tInit Duration" not in log.split("REPORT RequestId")[-1]
    assert "Status: error" in answer.log


def test_an_init_phase_that_fails_once_does_no_harm(aws):
    """The second attempt recognises itself by what the first left with another function."""
    helper = aws.deploy(
        """
        count = 0
        def handler(event, context):
            global count
            count += 1
            return count
        """
    )
    name = aws.deploy(
        f"""
        import json, os, urllib.request
        url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/{helper}/invocations"
        scope = os.environ["AWS_ACCESS_KEY_ID"] + "/20260101/us-east-1/lambda/aws4_request"
        headers = {{"Authorization": "AWS4-HMAC-SHA256 Credential=" + scope + ", Signature=0"}}
        count = json.load(urllib.request.urlopen(urllib.request.Request(url, b"null", headers)))
        if count == 1:
            raise ValueError("the first time")
        def handler(event, context):
            return count
        """,
        Timeout=10,
    )
    assert [aws.invoke(name).value for _ in range(2)] == [2, 2]
    log = log_with(aws, name, "REPORT RequestId")
    assert [report[1:] for report in init_reports(log)] == [("init", "error\tError Type: ValueError")]
    assert "Init Duration" not in log.split("REPORT RequestId")[1]


def test_an_init_phase_has_ten_seconds_and_its_repetition_the_functions_own(aws):
    name = aws.deploy("import time\nprint('begun', flush=True)\ntime.sleep(60)", Timeout=2)
    begin = time.monotonic()
    answer = aws.invoke(name)
    assert 11.5 < time.monotonic() - begin < 20
    assert answer.failure["errorType"] == "Sandbox.Timedout"
    assert answer.failure["errorMessage"].endswith("Error: Task timed out after 2.00 seconds")
    log = log_with(aws, name, "REPORT RequestId")
    reports = init_reports(log)
    assert [report[1:] for report in reports] == [("init", "timeout"), ("invoke", "timeout")]
    assert 9_900 < float(reports[0][0]) < 11_000
    assert 1_900 < float(reports[1][0]) < 3_000
    assert log.count("begun") == 2
    assert re.search(r"REPORT .*\tStatus: timeout", log)


def test_an_init_phase_of_eleven_seconds_works_where_the_function_has_the_time(aws):
    name = aws.deploy("import time\ntime.sleep(11)\ndef handler(event, context): return 'late'", Timeout=30)
    answer = aws.invoke(name)
    assert answer.value == "late"
    log = log_with(aws, name, "REPORT RequestId")
    assert [report[1:] for report in init_reports(log)] == [("init", "timeout")]
    assert float(re.search(r"REPORT .*\tDuration: ([\d.]+)", log)[1]) > 11_000


def test_the_time_of_the_init_phase_is_not_the_handlers(aws):
    name = aws.deploy(
        """
        import time
        time.sleep(2)
        def handler(event, context):
            return context.get_remaining_time_in_millis()
        """,
        Timeout=1,
    )
    answer = aws.invoke(name)
    assert 500 < answer.value <= 1000
    assert float(re.search(r"Init Duration: ([\d.]+) ms", answer.log)[1]) > 2000


def test_a_package_without_a_bootstrap_says_so(aws):
    name = aws.deploy(files={"readme.txt": "x"}, Runtime="provided.al2023")
    answer = aws.invoke(name)
    assert answer.failure["errorType"] == "Runtime.InvalidEntrypoint"
    words = "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    assert answer.failure["errorMessage"].endswith(words)
    log = log_with(aws, name, "REPORT RequestId", words + "\nRuntime.InvalidEntrypoint")
    status = "error\tError Type: Runtime.InvalidEntrypoint"
    assert [report[1:] for report in init_reports(log)] == [("init", status), ("invoke", status)]


def test_a_wrapper_script_starts_the_runtime(either):
    layer = either.publish("wrapper", {"wrapper.sh": program(WRAPPER)})["LayerVersionArn"]
    name = either.deploy(
        "import os\ndef handler(event, context): return os.environ['ADDED']", Layers=[layer],
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper.sh"}},
    )
    assert either.invoke(name).value == "by-the-wrapper"
    log = log_with(either, name, "wrapped: ")
    assert re.search(r"wrapped: /\S+/python3\S* /var/runtime/bootstrap.py", log)


@pytest.mark.parametrize(
    "wrapper, words, status",
    [("/opt/missing.sh", "/opt/missing.sh: does not exist", 127),
     ("/opt/text.sh", "/opt/text.sh: is not an executable", 126)],
)
def test_a_wrapper_script_that_cannot_be_run(aws, wrapper, words, status):
    layer = aws.publish("wrapper", {"text.sh": WRAPPER})["LayerVersionArn"]
    name = aws.deploy(Layers=[layer], Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": wrapper}})
    answer = aws.invoke(name)
    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert answer.failure["errorMessage"].endswith(f"exit status {status}")
    assert words in log_of(aws, name)


def test_programs_and_libraries_of_layers_are_found(aws):
    layer = aws.publish("tools", {"bin/greet": program("#!/bin/sh\necho hello from $0\n"), "lib/liba.so": "x"})
    name = aws.deploy(
        """
        import os, subprocess
        def handler(event, context):
            paths = os.environ["LD_LIBRARY_PATH"].split(":")
            found = [path for path in paths if os.path.exists(os.path.join(path, "liba.so"))]
            return [subprocess.check_output("greet", text=True).strip(), found]
        """,
        Layers=[layer["LayerVersionArn"]],
    )
    assert aws.invoke(name).value == ["hello from /opt/bin/greet", ["/opt/lib"]]


def test_an_import_that_fails_is_in_the_tail_of_the_log_once_as_awss_runtime_logs_it(aws):
    name = aws.deploy("import nothing_of_this_name\n")
    answer = aws.invoke(name)
    message = "Unable to import module 'app': No module named 'nothing_of_this_name'"
    assert answer.failure == {
        "errorMessage": message, "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": []}
    lines = answer.log.split("\n")
    words = [re.split(r"[ \t]", line)[0] for line in lines]
    assert words == ["[WARNING]", "[ERROR]", "INIT_REPORT", "START", "END", "REPORT", ""]
    assert lines[1] == f"[ERROR] Runtime.ImportModuleError: {message}\rTraceback (most recent call last):"
    # The stream has both runs of the init phase, as on Lambda.
    log = log_with(aws, name, "REPORT RequestId")
    assert log.count(f"[ERROR] Runtime.ImportModuleError: {message}\n\tTraceback (most recent call last):\n") == 2
    assert "\n\t\n" not in log


def test_the_frames_of_an_exception_at_import_end_with_those_of_the_function(aws):
    name = aws.deploy(files={"app.py": "import other\n", "other.py": "def f():\n    raise ValueError('x')\nf()\n"})
    answer = aws.invoke(name)
    assert [re.sub(r".*(/var/task/\w+.py).*line (\d+).*", r"\1:\2", frame.split("\n")[0])
            for frame in answer.failure["stackTrace"] if "/var/task" in frame] == [
        "/var/task/app.py:1", "/var/task/other.py:3", "/var/task/other.py:2"]
    assert answer.log.count("[ERROR] ValueError: x\rTraceback (most recent call last):\r") == 1


def test_the_sandbox_has_the_name_by_which_extensions_call_it(aws):
    name = aws.deploy(
        "import socket\ndef handler(event, context): return socket.gethostbyname('sandbox.localdomain')")
    assert aws.invoke(name).value == "127.0.0.1"


def test_descriptors_processes_and_locked_memory_are_limited_as_on_lambda(aws):
    name = aws.deploy(
        """
        import resource
        def handler(event, context):
            return [resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_NPROC),
                    resource.getrlimit(resource.RLIMIT_MEMLOCK)]
        """
    )
    assert aws.invoke(name).value == [[1024, 1024], [742, 742], [65536, 65536]]
    aws.change(name, MemorySize=256)
    assert aws.invoke(name).value == [[1024, 1024], [1024, 1024], [65536, 65536]]


def test_the_report_has_the_peak_of_memory(aws):
    name = aws.deploy("def handler(event, context): return len(bytearray(b'x') * (event << 20))", MemorySize=512)
    small = int(re.search(r"Max Memory Used: (\d+) MB", aws.invoke(name, 1).log)[1])
    large = int(re.search(r"Max Memory Used: (\d+) MB", aws.invoke(name, 200).log)[1])
    assert small < 60
    assert 200 <= large <= 280


def test_a_runtime_that_ends_is_named_in_the_log_with_its_type(aws):
    name = aws.deploy("import os\ndef handler(event, context): os._exit(1)")
    aws.invoke(name)
    log = log_with(aws, name, "REPORT RequestId")
    assert re.search(r"RequestId: \S+ Error: Runtime exited with error: exit status 1\nRuntime\.ExitError", log)
    assert re.search(r"REPORT .*\tStatus: error\tError Type: Runtime\.ExitError", log)


def test_wrapper_scripts_are_for_lambdas_own_runtimes(aws):
    """A custom runtime is its own ("Modifying the runtime environment" in the Lambda developer guide)."""
    layer = aws.publish("wrapper", {"wrapper.sh": program(WRAPPER)})["LayerVersionArn"]
    name = aws.deploy(
        files={"bootstrap": program(compiled("bootstrap.c"))}, Runtime="provided.al2023", Layers=[layer],
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper.sh"}},
    )
    assert aws.invoke(name, 1).value == {"c": 1}
    assert "wrapped: " not in log_with(aws, name, "REPORT")


def test_processes_of_a_function_are_frozen_and_resumed_like_its_threads(either):
    """Also a process that left the runtime's session and whose parent exited."""
    name = either.deploy(
        """
        import os, subprocess, time
        script = "(while :; do echo >> /tmp/ticks; sleep 0.02; done) &"
        def handler(event, context):
            if not os.path.exists("/tmp/ticks"):
                subprocess.run(["setsid", "sh", "-c", script])
                time.sleep(0.2)
            before = os.path.getsize("/tmp/ticks")
            time.sleep(0.5)
            return [before, os.path.getsize("/tmp/ticks")]
        """,
        MemorySize=1769, Timeout=10,
    )
    left = either.invoke(name).value[1]
    time.sleep(1.5)
    found, later = either.invoke(name).value
    assert found - left < 20, "it ticks dozens of times in a second when it is not frozen"
    assert later > found


def test_concurrent_functions_do_not_mix_their_logs(aws):
    source = """
        import time
        def handler(event, context):
            for number in range(100):
                print("of", event, number)
                time.sleep(0.002)
    """
    names = [aws.deploy(source) for _ in range(3)]
    running = [(name, aws.invoke_aside(name, name)) for name in names for _ in range(2)]
    for name, answer in running:
        told = set(re.findall(r"^of (\S+) ", answer().log, re.MULTILINE))
        assert told == {name}
    for name in names:
        assert set(re.findall(r"of (\S+) \d+", log_with(aws, name, f"of {name} 99"))) == {name}


def test_an_init_phase_that_has_failed_is_run_again_for_the_next_invocation(aws):
    """Both runs for the first invocation fail; the function counts its runs with another function."""
    counter = aws.deploy("count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count")
    name = aws.deploy(
        f"""
        import json, os, urllib.request
        url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/{counter}/invocations"
        count = json.load(urllib.request.urlopen(urllib.request.Request(url, b"null")))
        if count < 3:
            raise ValueError("not yet")
        def handler(event, context):
            return count
        """,
        Timeout=10,
    )
    assert aws.invoke(name).failure["errorMessage"] == "not yet"
    assert [aws.invoke(name).value for _ in range(2)] == [3, 3]
