"""Clients of a server that is killed and starved of disk space; they record every unjustified failure."""

import collections
import itertools
import json
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

HANDLER = """
    import os, time

    def handler(event, context):
        begin = time.monotonic()
        time.sleep(event["seconds"])
        return {
            "id": event["id"], "function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
            "begin": begin, "end": time.monotonic(),
        }
"""
# The throttling reasons of concurrency limits.
THROTTLES = {"ConcurrentInvocationLimitExceeded", "ReservedFunctionConcurrentInvocationLimitExceeded"}


class World:
    """The disturbances of the server with their times, and the clients' observations."""

    def __init__(self, seed):
        self.seed = seed
        self.account = None
        self.over = threading.Event()
        # The start of each current disturbance (None for none), and the spans of past ones.
        self.troubles = {"down": None, "full": None}
        self.past = {"down": [], "full": []}
        self.blows = 0
        self.counts = collections.Counter()
        self.wrong = []
        self.spans = []
        self.accepted = set()

    def begin(self, trouble):
        self.troubles[trouble] = time.monotonic()

    def end(self, trouble):
        # In this order: a concurrent reader sees it twice rather than never.
        self.past[trouble].append((self.troubles[trouble], time.monotonic()))
        self.troubles[trouble] = None

    def had(self, trouble, begin):
        """Whether there was such a disturbance at any time from `begin` until now."""
        return self.troubles[trouble] is not None or any(end >= begin for _, end in self.past[trouble])

    def note(self, value):
        """A response of the handler: its start and end, by the host's monotonic clock, which all processes share."""
        self.spans.append((value["function"], value["begin"], value["end"]))


class Caller(threading.Thread):
    """A client that calls in a loop."""

    numbers = itertools.count(1)

    def __init__(self, world, chance, function=None, pause=0.0):
        super().__init__(daemon=True)
        self.world, self.chance, self.function, self.pause = world, chance, function, pause

    def run(self):
        while not self.world.over.is_set():
            begin = time.monotonic()
            try:
                self.act(self.world.account)
                self.world.counts[type(self).__name__] += 1
            except Exception as error:
                excuse = self.excuse(error, begin)
                if excuse is None:
                    self.world.wrong.append(f"{type(self).__name__}: {error!r}")
                self.world.counts[excuse] += 1
                time.sleep(0.05)
            time.sleep(self.pause)

    def excuse(self, error, begin):
        """A justification of a failed call; `None` for none."""
        if isinstance(error, ClientError):
            return self.refusal(error.response, begin)
        if isinstance(error, (BotoCoreError, OSError)) and self.world.had("down", begin):
            return "server killed"
        return None

    def refusal(self, response, begin):
        return None

    def event(self):
        seconds = self.chance.choice([0, 0.01, 0.04, 0.2])
        return {"id": f"{self.name}-{next(self.numbers)}", "seconds": seconds}


class Invoker(Caller):
    """Invokes synchronously, without writing to disk: only throttling and killed environments justify a failure."""

    def act(self, account):
        event = self.event()
        answer = account.lambda_.invoke(FunctionName=self.function, Payload=json.dumps(event).encode())
        value = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            assert value["errorType"] == "Runtime.ExitError", value
            self.world.counts["environment killed"] += 1
            return
        assert (value["id"], value["function"]) == (event["id"], self.function), (event, value)
        self.world.note(value)

    def refusal(self, response, begin):
        code, message = response["Error"]["Code"], response["Error"]["Message"]
        if code == "TooManyRequestsException" and response.get("Reason") in THROTTLES:
            return "throttled"
        # Killed during creation: no code has run, so the error tells callers that they can retry.
        is_stillborn = code == "ServiceException" and "environment could not be started" in message
        return "environment killed" if is_stillborn else None


class Sender(Caller):
    """Invokes asynchronously."""

    def act(self, account):
        event = self.event()
        answer = account.lambda_.invoke(
            FunctionName=self.function, InvocationType="Event", Payload=json.dumps(event).encode())
        assert answer["StatusCode"] == 202
        self.world.accepted.add(event["id"])

    def refusal(self, response, begin):
        return disk_full(self.world, response, begin)


def disk_full(world, response, begin):
    """The justification of a failed call that writes to disk."""
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    is_trouble = (response["Error"]["Code"], status) == ("ServiceException", 500)
    return "disk full" if is_trouble and world.had("full", begin) else None
