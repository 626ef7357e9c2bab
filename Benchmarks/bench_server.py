"""A release server to measure, and the clients that measure it."""

import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
os.environ.setdefault("STRATA_BINARY", str(REPOSITORY / ".build" / "release" / "strata"))
sys.path.insert(0, str(REPOSITORY / "Tests" / "Contract"))

from account import Account  # noqa: E402, F401
from server_process import Installation  # noqa: E402

HANDLER = "def handler(event, context):\n    return event\n"
EVENT = '{"n": 1}'
# With less memory, the benchmark would measure the function's share of a processor.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
WHOLE_PROCESSOR_MEBIBYTES = 1769
LUA = Path(__file__).with_name("invoke.lua")


@contextlib.contextmanager
def running_server(data=None, installation=None, arguments=()):
    """A server of the release build; without an `installation` its folders are removed afterwards."""
    own = installation or Installation.for_ourselves()
    try:
        server = own.start(data=data, arguments=arguments)
        yield server
        server.stop()
    finally:
        if installation is None:
            own.close()


def authorization(account):
    scope = f"{account.number}/20260101/{account.region}/lambda/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


class RawClient:
    """One keep-alive connection without signing: it adds a few tens of microseconds to a measurement."""

    def __init__(self, account):
        self.connection = http.client.HTTPConnection("127.0.0.1", account.server.port, timeout=120)
        self.headers = {"Authorization": authorization(account), "Content-Type": "application/json"}

    def request(self, method, path, body=None):
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300 or answer.headers.get("X-Amz-Function-Error"):
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def invoke(self, name, event=EVENT):
        return self.request("POST", f"/2015-03-31/functions/{name}/invocations", event)

    def timed_invoke(self, name, event=EVENT):
        """Milliseconds of one invocation."""
        begin = time.perf_counter()
        self.invoke(name, event)
        return (time.perf_counter() - begin) * 1e3


def wrk(url, connections, seconds, credentials="none", invocation_type=None):
    """One run of wrk: percentiles in microseconds, requests a second."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(LUA), url]
    environment = {**os.environ, "BENCH_EVENT": EVENT, "BENCH_AUTHORIZATION": credentials}
    if invocation_type:
        environment["BENCH_INVOCATION_TYPE"] = invocation_type
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    result = json.loads(output.strip().splitlines()[-1])
    if result["failed"] or not result["requests"]:
        raise RuntimeError(f"wrk: {result} from {url}\n{output}")
    result["per_second"] = result["requests"] / result["seconds"]
    return result


def interpreter_start(interpreter):
    """Milliseconds that `python3 -c pass` takes, from spawn to exit."""
    null = [(os.POSIX_SPAWN_OPEN, descriptor, "/dev/null", os.O_RDWR, 0) for descriptor in (0, 1, 2)]
    begin = time.perf_counter()
    pid = os.posix_spawn(interpreter, [str(interpreter), "-c", "pass"], {"PATH": "/usr/bin:/bin"}, file_actions=null)
    os.waitpid(pid, 0)
    return (time.perf_counter() - begin) * 1e3


def median(values):
    return statistics.median(values)
