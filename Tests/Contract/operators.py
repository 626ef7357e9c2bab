"""Runs `strata logs|invoke|events|top|metrics` against a server."""

import json
import subprocess
import threading
import time
import urllib.error
import urllib.request

import prometheus_text
from server_process import PATIENCE_SECONDS

# What the commands are tried with: speaks into its log, and fails when it is told to.
SPEAKS = """
    def handler(event, context):
        print("said", event)
        if event == "fail":
            raise ValueError("it broke")
        return {"heard": event}
"""


class Operator:
    """A user of the commands, with an account's credentials or a key."""

    def __init__(self, server, account=None, key=None, region="us-east-1"):
        self.server = server
        self.variables = {"AWS_ENDPOINT_URL": server.url, "AWS_DEFAULT_REGION": region}
        if key or account:
            self.variables["AWS_ACCESS_KEY_ID"] = key.access_key if key else account
            self.variables["AWS_SECRET_ACCESS_KEY"] = key.secret_key if key else "secret"
        if key and key.token:
            self.variables["AWS_SESSION_TOKEN"] = key.token

    def options(self):
        return {"env": self.server.installation.environment() | self.variables, "text": True}

    def run(self, *arguments, stdin=""):
        """The finished process."""
        return subprocess.run(
            self.server.installation.command(*arguments), input=stdin, capture_output=True,
            timeout=PATIENCE_SECONDS, **self.options())

    def ask(self, *arguments, stdin=""):
        """The output of a command that must succeed."""
        result = self.run(*arguments, stdin=stdin)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def documents(self, *arguments):
        """The JSON documents that a command prints, one on each line."""
        return [json.loads(line) for line in self.ask(*arguments, "--json").splitlines()]

    def start(self, *arguments):
        return Follower(self.server.installation.command(*arguments), self.options())


class Follower:
    """A command that runs until it is signalled, and its output so far."""

    def __init__(self, command, options):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.lines = []
        self.thread = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")))
        self.thread.start()

    def wait_for(self, word, count=1):
        until(lambda: sum(word in line for line in self.lines) >= count, f"{count} × {word}", lambda: self.lines)

    def interrupt(self, signal):
        """Sends a signal, and returns the exit code."""
        self.process.send_signal(signal)
        code = self.process.wait(PATIENCE_SECONDS)
        self.thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


def until(condition, what, found=lambda: ""):
    """Waits until a condition holds, and returns its value."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited for {what}, got {found()}")


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def metrics(server):
    status, headers, text = get(server.url + "/_strata/metrics")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return prometheus_text.parse(text)


def figure(families, name, function, **labels):
    """The value of a function's metric, which must appear exactly once."""
    family = name.removesuffix("_sum").removesuffix("_count")
    wanted = {"function": function, **labels}
    values = [
        value for (sample, found), value in families[family][1].items()
        if sample == name and wanted.items() <= dict(found).items()
    ]
    assert len(values) == 1, (name, function, labels, values)
    return values[0]
