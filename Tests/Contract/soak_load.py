"""Concurrent invocations of every kind, for tests of the resources that a server holds afterwards."""

import itertools
import json
import threading
import time
from pathlib import Path

from packages import program, zip_of
from wire import Wire

STREAMING = (Path(__file__).parent / "functions" / "streaming_bootstrap.py").read_text()
FAILS = "def handler(event, context): raise ValueError('broken')"
ENDS = "import os\ndef handler(event, context): os._exit(1)"
# Environments end soon, failures are retried at once, and no rate limits clients.
ARGUMENTS = ["--idle-seconds", 1, "--retry-delay", 0, "--request-rate", 100_000]


def deploy(account):
    """The functions that clients call."""
    account.deploy(name="echo")
    account.deploy(FAILS, name="fails")
    account.deploy(ENDS, name="ends")
    account.deploy("def handler(event, context): print(event)", name="queued")
    account.deploy(files={"bootstrap": program(STREAMING)}, name="streams", Runtime="provided.al2023")


class Client(threading.Thread):
    """Repeats one kind of request over one connection until a deadline."""

    names = itertools.count(1)

    def __init__(self, account, ask, end):
        super().__init__()
        self.account, self.ask, self.end = account, ask, end
        self.wire = Wire(account.server, account.number)
        self.count, self.failure = 0, None

    def run(self):
        try:
            while time.monotonic() < self.end:
                self.ask(self)
                self.count += 1
        except Exception as error:  # raised on join
            self.failure = error
        finally:
            self.wire.close()

    def invoke(self, name, event, **members):
        operation = members.pop("operation", "Invoke")
        answer = self.wire.send(operation, {"FunctionName": name, "Payload": json.dumps(event).encode(), **members})
        assert answer.status in (200, 202), (answer.status, answer.content)
        return answer

    def echo(self):
        event = {"n": self.count}
        assert self.invoke("echo", event).body == event

    def fails(self):
        assert self.invoke("fails", 1, LogType="Tail").body["errorMessage"] == "broken"

    def ends(self):
        assert self.invoke("ends", 1).body["errorType"] == "Runtime.ExitError"

    def queued(self):
        self.invoke("queued", self.count, InvocationType="Event")
        time.sleep(0.02)

    def streams(self):
        content = self.invoke(
            "streams", {"chunks": ["tick" * 1000], "repeat": 8}, operation="InvokeWithResponseStream").content
        # More than the response's bytes: each message of the stream has a head.
        assert len(content) > 32_000 and b"InvokeComplete" in content

    def changes(self):
        """Creates, invokes and deletes a function."""
        name = f"passing-{next(self.names)}"
        code = zip_of({"app.py": f"def handler(event, context): return {name!r}"})
        self.account.lambda_.create_function(**self.account.settings(name=name, Code={"ZipFile": code}))
        assert self.invoke(name, 1).body == name
        self.account.lambda_.delete_function(FunctionName=name)


EVERY_KIND = [Client.echo] * 3 + [Client.fails, Client.ends, Client.queued, Client.streams, Client.changes]


def load(account, seconds, kinds=EVERY_KIND):
    """Runs a client of each kind concurrently; the number of calls by kind."""
    clients = [Client(account, ask, time.monotonic() + seconds) for ask in kinds]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert [client.failure for client in clients if client.failure] == []
    counts = {}
    for client in clients:
        counts[client.ask.__name__] = counts.get(client.ask.__name__, 0) + client.count
    return counts
