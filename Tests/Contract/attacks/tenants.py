"""Two accounts on one server: one that does all that the suite knows, and one that works."""

import json
import multiprocessing
import os
import random
import socket
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from account import Account, client
from operators import until
from packages import zip_of
from prisoners import ATTEMPTS, FUNCTIONS, INTRUDER

ECHO = "def handler(event, context):\n    return event\n"
SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(event)\n"
WORK = "import words\ndef handler(event, context):\n    print('handled', event)\n    return [words.WORD, event]\n"


class Loop:
    """Steps that threads repeat until they are ended. A hostile step may fail in any way; a victim's may not."""

    def __init__(self):
        self.is_over, self.threads, self.counts, self.failures = threading.Event(), [], {}, []

    def repeat(self, name, step, *, ignoring=()):
        def work():
            while not self.is_over.is_set():
                try:
                    step()
                except ignoring:
                    # What is refused at once is asked for again soon, and not at once: one client does not spin.
                    self.is_over.wait(0.01)
                except Exception as error:
                    self.failures.append((name, repr(error)))
                self.counts[name] = self.counts.get(name, 0) + 1

        thread = threading.Thread(target=work, name=name)
        self.threads.append(thread)
        thread.start()

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


REFUSALS = (ClientError, BotoCoreError, OSError, AssertionError)


class Hostile:
    """An account whose functions and clients attack, each kind in a thread of its own."""

    def __init__(self, server, victim, expressions, packages, requests):
        """`expressions` are for an intruder; `packages` make bad zips; `requests` are bytes for the server's port."""
        self.server, self.victim = server, victim
        # Each process has one of its own.
        self.account = Account(server, f"66{os.getpid():010d}")
        # No refusal is waited for, and no answer for longer than the functions' time.
        self.account.lambda_ = client(server.url, self.account.number, read_timeout=25)
        self.loop, self.random = Loop(), random.Random(7)
        self.expressions, self.packages, self.requests = expressions, list(packages), list(requests)
        deploy = self.account.deploy
        self.intruder = deploy(files={"app.py": INTRUDER}, MemorySize=1769, Timeout=8)
        self.caller = deploy(files={"app.py": ATTEMPTS}, MemorySize=512, Timeout=8)
        self.glutton = deploy(files={"app.py": (FUNCTIONS / "glutton.py").read_text()}, MemorySize=512, Timeout=5)
        self.echo, self.sleeper = deploy(ECHO, MemorySize=256), deploy(SLEEPS, MemorySize=10_240, Timeout=900)

    def attack(self, gluttonies, calls):
        """Begins; ``end()`` ends it."""
        lambda_, repeat = self.account.lambda_, self.repeat
        given = {"victim": self.victim, "port": self.server.port, "pids": [1, 2, 3], "service": 1, "arn": "x",
                 "earlier": "x", "neighbour": "x", "layer": "x", "role": "x", "parameter": "x", "identifier": "x"}
        repeat("attempts of functions", lambda: self.call(self.intruder, {
            "attempts": dict(self.random.sample(sorted(self.expressions.items()), 40)), "given": given}))
        repeat("system calls", lambda: self.call(self.caller, {"calls": calls}))
        for what in gluttonies:
            repeat(f"taking: {what}", lambda what=what: self.call(self.glutton, what))
        repeat("bad packages", lambda: lambda_.publish_layer_version(
            LayerName="bad", Content={"ZipFile": self.random.choice(self.packages)()}))
        repeat("large packages", lambda: lambda_.publish_layer_version(
            LayerName="large", Content={"ZipFile": zip_of({"zeros": bytes(30_000_000)}, level=1)}))
        repeat("bad requests", lambda: self.send(self.random.choice(self.requests)))
        repeat("half requests", self.send_halves)
        for number in range(4):
            repeat(f"invocations {number}", lambda: self.call(self.echo, 1))
            repeat(f"events {number}", lambda: lambda_.invoke(
                FunctionName=self.echo, InvocationType="Event", Payload=b'"' + b"x" * 100_000 + b'"'))
        repeat("lists", lambda: lambda_.list_functions())
        repeat("deployments", lambda: lambda_.update_function_code(
            FunctionName=self.echo, ZipFile=zip_of({"app.py": ECHO + f"# {self.random.random()}\n"})))
        repeat("the victim's function", lambda: lambda_.delete_function(
            FunctionName=f"arn:aws:lambda:us-east-1:{self.victim}:function:work"))

    def repeat(self, name, step):
        self.loop.repeat(name, step, ignoring=REFUSALS)

    def occupy(self):
        """Takes all of the host's memory that it is given, with invocations that last."""
        for _ in range(20):
            self.account.lambda_.invoke(FunctionName=self.sleeper, InvocationType="Event", Payload=b"600")

    def call(self, name, event):
        self.account.lambda_.invoke(FunctionName=name, Payload=json.dumps(event).encode())["Payload"].read()

    def send(self, data):
        with socket.create_connection(("127.0.0.1", self.server.port), 5) as connection:
            connection.settimeout(1)
            connection.sendall(data)
            connection.recv(65_536)

    def send_halves(self):
        connections = [socket.create_connection(("127.0.0.1", self.server.port), 5) for _ in range(200)]
        for connection in connections:
            connection.sendall(b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        self.loop.is_over.wait(0.5)
        for connection in connections:
            connection.close()

    def end(self):
        self.loop.end()
        return self.loop.counts


class HostileProcess:
    """A hostile account whose clients are another process, which yields to this one: what is measured is the server."""

    def __init__(self, make):
        """`make()` makes the ``Hostile`` and begins; it is called in the process."""
        context = multiprocessing.get_context("fork")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=self.work, args=(make, other))
        self.process.start()
        other.close()
        assert self.connection.recv() == "begun"

    @staticmethod
    def work(make, connection):
        os.setsid()  # as clients elsewhere, they have no share in this session's processor time (autogroup)
        os.nice(10)
        hostile = make()
        connection.send("begun")
        connection.recv()
        connection.send((hostile.end(), [thread.name for thread in hostile.loop.threads]))

    def end(self):
        """How often each kind of attack was made, and the names of all kinds."""
        self.connection.send("end")
        result = self.connection.recv()
        self.process.join()
        return result


class Victim:
    """An account that publishes, deploys, invokes, sends events and reads its logs."""

    TIMEOUT_SECONDS = 10

    def __init__(self, server):
        self.account, self.loop, self.waits = Account(server), Loop(), {}
        self.number = self.account.number
        # As an SDK that does not try again: what fails is seen.
        self.account.lambda_ = client(server.url, self.number, read_timeout=self.TIMEOUT_SECONDS)
        self.rounds = 0
        self.layer = self.publish(0)
        self.account.deploy(WORK, name="work", Layers=[self.layer], Timeout=5, MemorySize=512)
        self.invoke()

    def work(self):
        self.loop.repeat("control plane", self.deploy)
        self.loop.repeat("invocations", self.invoke)
        self.loop.repeat("events", self.send_event)

    def timed(self, name, step):
        begin = time.monotonic()
        result = step()
        self.waits[name] = max(self.waits.get(name, 0), time.monotonic() - begin)
        return result

    def publish(self, number):
        return self.account.publish("words", {"python/words.py": f"WORD = {number}\n"})["LayerVersionArn"]

    def deploy(self):
        """A layer and a function that has it; the function is invoked, changed, invoked and deleted."""
        self.rounds += 1
        number, name = self.rounds, f"work-{self.rounds}"
        layer = self.timed("a layer published", lambda: self.publish(number))
        self.timed("a function made", lambda: self.account.deploy(WORK, name=name, Layers=[layer], Timeout=5))
        answer = self.timed("a first invocation", lambda: self.account.invoke(name, 1))
        assert answer.value == [number, 1]
        self.timed("a function updated", lambda: self.account.change_code(name, WORK.replace("event]", "event, 2]")))
        answer = self.timed("an invocation of new code", lambda: self.account.invoke(name, 2))
        assert answer.value == [number, 2, 2]
        self.timed("a function deleted", lambda: self.account.lambda_.delete_function(FunctionName=name))

    def invoke(self):
        answer = self.timed("an invocation", lambda: self.account.invoke("work", "now"))
        assert answer.value == [0, "now"]

    def send_event(self):
        """An event, until it is seen in the function's log."""
        mark = f"event-{random.randrange(1 << 40):x}"
        folder = self.account.server.data / "logs" / self.number / self.account.region / "work"
        self.timed("an event accepted", lambda: self.account.lambda_.invoke(
            FunctionName="work", InvocationType="Event", Payload=json.dumps(mark).encode()))
        self.timed("an event handled", lambda: until(
            lambda: any(mark in path.read_text() for path in folder.glob("*.log*")), "a line of the log"))

    def end(self):
        self.loop.end()
        return self.loop.failures
