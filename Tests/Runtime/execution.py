"""Runs a handler under a runtime client, ours or AWS's, and collects everything observable from outside."""

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runtime_api import RuntimeAPI

SOURCES = Path(__file__).resolve().parents[2] / "Runtimes" / "python"
# Long enough for a slow machine; reaching it is a failure.
PATIENCE_SECONDS = 60


@dataclass
class Outcome:
    requests: list
    connections: int
    exit_status: int
    stdout: str
    stderr: str

    @property
    def posts(self):
        return [request for request in self.requests if request.method == "POST"]

    @property
    def results(self):
        return [post.body for post in self.posts]


def execution_environment(address, task, handler, extra):
    values = {
        "AWS_LAMBDA_RUNTIME_API": address,
        "LAMBDA_TASK_ROOT": str(task),
        "_HANDLER": handler,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.%d" % sys.version_info[1],
        "AWS_LAMBDA_FUNCTION_NAME": "example",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/example",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
        "AWS_REGION": "eu-west-1",
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        **extra,
    }
    return {name: value for name, value in values.items() if value is not None}


@functools.cache
def runtime_directory():
    """A copy of the runtime's files, so that interpreters write no bytecode among the sources."""
    folder = Path(tempfile.mkdtemp(prefix="runtime-"))
    atexit.register(shutil.rmtree, folder)
    for path in SOURCES.glob("*.py"):
        shutil.copy(path, folder)
    return folder


def own(python=sys.executable):
    """The command line of our runtime, as in RuntimeProgram."""
    return [python, "-S", str(runtime_directory() / "bootstrap.py")]


# As AWS's image does before it starts its client: the function's code is first on the search path.
ORACLE_START = """
import sys
del sys.path[0]
import os
from awslambdaric.__main__ import main
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
main(["", os.environ["_HANDLER"]])
"""


def oracle():
    return [sys.executable, "-c", ORACLE_START]


def run(
    command, files, events, handler="app.handler", environment=None, init_error_reply=202, knows_asking=False
):
    """Runs `handler` from `files` (name to text) over `events` until the client waits for more, or ends by itself."""
    with tempfile.TemporaryDirectory(prefix="task-") as folder, RuntimeAPI(events) as api:
        api.init_error_reply = init_error_reply
        api.knows_asking = knows_asking
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=execution_environment(api.address, folder, handler, environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            status = end(process, api)
            out.seek(0)
            err.seek(0)
            texts = [stream.read().decode("utf-8", "backslashreplace") for stream in (out, err)]
        return Outcome(api.requests, api.connections, status, *[text.replace(folder, "/var/task") for text in texts])


def end(process, api):
    """Waits until the client has received every event and polls again, or has exited: "waiting" or its exit status."""
    for _ in range(PATIENCE_SECONDS * 20):
        if api.exhausted.wait(0.02):
            process.kill()
            process.wait()
            return "waiting"
        if process.poll() is not None:
            return process.returncode
    process.kill()
    process.wait()
    raise AssertionError("the runtime client neither ended nor asked for another event")


def normalised(text):
    """Text without what differs between runs or depends on the location of the client's files."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)
    text = re.sub(r"\[\d{13}\] LAMBDA_RUNTIME", "[<time>] LAMBDA_RUNTIME", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "<address>", text)
    text = re.sub(r"/[^\"' ]*/task-\w+", "/var/task", text)
    text = re.sub(r'File \\?"[^"]*/bootstrap(_\w+)?\.py\\?", line \d+', "File <bootstrap>, line <n>", text)
    text = re.sub(r"(?m)^\S{0,300}/bootstrap\.py:\d+: (\w+: .*)\n  .*\n", r"<bootstrap>: \1\n", text)  # a warning
    text = re.sub(r"(maximum recursion depth exceeded)[ a-zA-Z]*", r"\1", text)
    return re.sub(r"repeated \d+ more times", "repeated <n> more times", text)
