"""A seeded random walk of control-plane calls: a server and a model of Lambda agree at each step.

Between the legs of the walk the server is restarted, by SIGTERM or by `kill -9` in the middle of a call; acknowledged
changes survive, and the interrupted call took effect as a whole or not at all. `STRATA_SEED` repeats a
walk, `STRATA_WALK_SECONDS` makes it longer.
"""

import copy
import os
import random
import threading
import time

import botocore.exceptions

from account import Account
from control_plane_model import World
from existing_operations import not_yet
from walk_functions import Aliases, Functions, Versions
from walk_layers import LayerPolicies, Layers
from walk_settings import Concurrency, FunctionPolicies, InvokeConfigs, Provisioned, Tags

RESOURCES = [Functions, Versions, Aliases, Layers, LayerPolicies, FunctionPolicies, Concurrency, Provisioned,
             InvokeConfigs, Tags]
SEED = int(os.environ.get("STRATA_SEED") or random.randrange(1_000_000))
SECONDS = float(os.environ.get("STRATA_WALK_SECONDS", "24"))
LEGS = 6
# Calls that read everything, after a restart.
AUDIT_CALLS = 150
IN_PROGRESS = "update is in progress"


class Walk:
    """One account on one server, and the model's state of it."""

    def __init__(self, account, missing):
        self.chance = random.Random(SEED)
        self.account, self.missing = account, missing
        self.world = World()
        self.count = 0
        self.history = []
        self.answered = set()

    def choose(self, reads_only=False):
        """A random step whose operation the server implements."""
        while True:
            resource = self.chance.choice(RESOURCES)(self.world, self.chance, self.account)
            method, operation = self.chance.choice(list(resource.calls.items()))
            if operation in self.missing or (reads_only and not operation.startswith(("Get", "List"))):
                continue
            return getattr(resource, method)()

    def take(self, step):
        """Sends a step, compares the answer, and changes the model as the server was changed."""
        self.count += 1
        self.history = [*self.history[-15:], f"{step.operation} {step.parameters} -> {step.refusal}"[:250]]
        answer, refusal = self.send(step)
        self.answered.add((step.operation, refusal and refusal[0]))
        found = self.disagreement(step, answer, refusal)
        assert found is None, f"STRATA_SEED={SEED}, step {self.count}: {found}\nafter\n" + "\n".join(self.history)

    def disagreement(self, step, answer, refusal):
        """Changes the model; returns the difference of the server's response, or `None`."""
        expected = step.refusal if isinstance(step.refusal, set) else {step.refusal}
        if (refusal and refusal[0]) not in expected:
            return f"{step.operation} answered {refusal or 'success'}, not {expected}"
        if refusal:
            return None
        wrong = {str(key): (seen(answer, key), value) for key, value in step.view.items() if seen(answer, key) != value}
        if wrong or (step.pages and type(step.items)(answer) != step.items):
            return f"{step.operation}: {wrong or (answer, step.items)} (answered, expected)"
        step.effect(self.world)
        return step.revision and step.revision(self.world).problem(answer["RevisionId"])

    def send(self, step):
        """The response, or the items of all pages, or the error's type and message."""
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.pages(step) if step.pages else self.call(step.operation, step.parameters), None
            except botocore.exceptions.ClientError as error:
                code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
                if IN_PROGRESS not in message or time.monotonic() > deadline:
                    return None, (code, message)
                time.sleep(0.01)

    def call(self, operation, parameters):
        return self.account.lambda_._make_api_call(operation, parameters)

    def pages(self, step):
        """The items of a list, in pages of a random size."""
        key, shown = step.pages
        parameters, items = {**step.parameters, "MaxItems": self.chance.choice([1, 2, 3, 50])}, []
        while True:
            page = self.call(step.operation, parameters)
            items += [shown(each) for each in page[key]]
            assert len(page[key]) <= parameters["MaxItems"]
            if not page.get("NextMarker"):
                return items
            parameters["Marker"] = page["NextMarker"]

    def cut_off(self, server):
        """Takes a step while the server is killed; returns the possible worlds."""
        step = self.choose()
        killer = threading.Timer(self.chance.random() * 0.01, server.kill)
        killer.start()
        try:
            self.take(step)
            return [self.world]
        except (botocore.exceptions.HTTPClientError, ConnectionError):
            if step.refusal:
                return [self.world]
            after = copy.deepcopy(self.world)
            step.effect(after)
            return [self.world, after]
        finally:
            killer.join()

    def audit(self, worlds):
        """Reads everything until one possible world is left, and continues with it."""
        for number, world in enumerate(worlds):
            self.world = world
            try:
                for _ in range(AUDIT_CALLS):
                    self.take(self.choose(reads_only=True))
                return
            except AssertionError:
                if number == len(worlds) - 1:
                    raise


    def untried(self):
        """The implemented operations that never succeeded."""
        operations = {operation for resource in RESOURCES for operation in resource.calls.values()}
        return {operation for operation in operations - self.missing if (operation, None) not in self.answered}


def seen(answer, key):
    """A response's member by its path, or the result of a function of the response."""
    if callable(key):
        return key(answer)
    for name in key.split("."):
        answer = answer.get(name) if answer else None
    return answer


def test_a_random_walk_agrees_with_the_model_also_across_restarts_and_crashes(installation):
    print(f"STRATA_SEED={SEED}")
    server = installation.start()
    walk = Walk(Account(server), not_yet(server))
    begin = time.monotonic()
    while walk.untried() and time.monotonic() < begin + SECONDS:
        walk.take(walk.choose())
    begin = time.monotonic()
    for leg in range(LEGS):
        while time.monotonic() < begin + SECONDS * (leg + 1) / LEGS:
            walk.take(walk.choose())
        if leg % 2:
            worlds = walk.cut_off(server)
        else:
            worlds = [walk.world]
            assert server.stop()[0] == 0
        server = installation.start(data=server.data)
        walk.account = walk.account.reconnected(server)
        walk.audit(worlds)
    print(f"{walk.count} steps, {len(walk.answered)} different outcomes")
    assert walk.untried() == set()
    server.stop()
