"""Kills environments and the server and fills its disk, at random and under load; then accounts for every event.

`STRATA_SEED` repeats the choices of a run, but not its timing; `STRATA_CHAOS_SECONDS` makes it longer.
"""

import base64
import os
import random
import signal
import threading
import time

import pytest

import leftovers
from account import Account
from chaos_load import HANDLER, Invoker, Sender, World
from chaos_owner import Owner
from operators import Operator
from record_queue import RecordQueue
from server_process import Installation
from stored_files import assert_databases_are_whole, assert_store_holds, drafts, torn_lines
from test_throttling import most_at_once

SEED = int(os.environ.get("STRATA_SEED") or random.randrange(1_000_000))
SECONDS = float(os.environ.get("STRATA_CHAOS_SECONDS", "20"))
ACCOUNT_LIMIT, RESERVED, HOST_LIMIT = 8, 3, 10
LIMITS = ["--max-concurrency", ACCOUNT_LIMIT, "--max-environments", HOST_LIMIT, "--request-rate", 10_000,
          "--idle-seconds", 2, "--retry-delay", 0]
SETTLE_SECONDS = 60


@pytest.fixture
def queue():
    queue = RecordQueue()
    yield queue
    queue.close()


@pytest.fixture
def chaos(installation, disk, queue):
    chaos = Chaos(installation, disk, queue)
    yield chaos
    # A server that still runs keeps the disk busy.
    chaos.server.end()


class Chaos:
    """Causes one disturbance after the other."""

    def __init__(self, installation: Installation, disk, queue):
        self.world, self.chance = World(SEED), random.Random(SEED)
        self.installation, self.disk, self.queue = installation, disk, queue
        self.data = disk.folder / "data"
        self.servers = []
        self.most_environments = 0
        self.namespaces = leftovers.namespaces(leftovers.descendants(os.getpid()) | {os.getpid()})
        self.start()

    @property
    def server(self):
        return self.servers[-1]

    def start(self):
        variables = {"AWS_ENDPOINT_URL_SQS": self.queue.url}
        self.servers.append(self.installation.start(data=self.data, arguments=LIMITS, variables=variables))
        account = self.world.account
        self.world.account = account.reconnected(self.server) if account else Account(self.server)

    def rage(self, seconds):
        deeds = [self.kill_process] * 8 + [self.kill_server] + [self.fill_disk] * 3
        # Each at least once, even on a slow machine.
        first = self.chance.sample([self.kill_process, self.kill_server, self.fill_disk], 3)
        end = time.monotonic() + seconds
        while first or time.monotonic() < end:
            time.sleep(self.chance.uniform(0.02, 0.4))
            (first.pop() if first else self.chance.choice(deeds))()

    def kill_process(self):
        """Any process of any environment."""
        below = sorted(leftovers.descendants(self.server.pid))
        if below:
            try:
                os.kill(self.chance.choice(below), signal.SIGKILL)
            except ProcessLookupError:
                return  # it has exited by itself
            self.world.blows += 1

    def kill_server(self):
        self.world.begin("down")
        self.server.kill()
        self.start()
        self.world.end("down")
        self.world.counts["servers killed"] += 1

    def fill_disk(self):
        self.world.begin("full")
        self.disk.fill()
        deed = self.chance.choice([self.kill_process, self.kill_server, None])
        end = time.monotonic() + self.chance.uniform(0.3, 1.2)
        while time.monotonic() < end:
            time.sleep(0.05)
            self.disk.fill()
        if deed:
            deed()
        self.disk.free()
        self.world.end("full")
        self.world.counts["disks filled"] += 1

    def watch(self):
        """Counts environments while the clients run."""
        while not self.world.over.wait(0.1):
            self.most_environments = max(self.most_environments, len(leftovers.environments(self.server.pid)))


def prepare(account):
    """A function with reserved concurrency, one without, and one with destinations for success and failure."""
    for name in ("reserved", "open", "events"):
        account.deploy(HANDLER, name=name, Timeout=20)
    account.lambda_.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=RESERVED)
    arn = f"arn:aws:sqs:{account.region}:{account.number}:records"
    account.lambda_.put_function_event_invoke_config(
        FunctionName="events",
        DestinationConfig={kind: {"Destination": arn} for kind in ("OnSuccess", "OnFailure")})


def load(world):
    """The clients, each with its own random generator; more for the reserved function than its concurrency."""
    chance = random.Random(SEED + 1)
    def own(): return random.Random(chance.randrange(1 << 32))
    clients = [Invoker(world, own(), "reserved") for _ in range(RESERVED + 2)]
    clients += [Invoker(world, own(), "open") for _ in range(4)]
    clients += [Sender(world, own(), "events", pause=0.02) for _ in range(2)]
    return clients + [Owner(world, own(), f"owner-{number}", pause=0.02) for number in range(2)]


def wait_for_events(chaos):
    """Waits until every accepted event has a record; retries speed it up."""
    world, end = chaos.world, time.monotonic() + SETTLE_SECONDS
    operator = Operator(chaos.server, account=world.account.number)
    while time.monotonic() < end:
        ended = {record["requestPayload"]["id"] for record in chaos.queue.records}
        if world.accepted <= ended:
            return
        operator.ask("events", "retry", "--all")
        time.sleep(0.5)
    missing = world.accepted - ended
    waiting = operator.documents("events", "list")
    raise AssertionError(f"{len(missing)} of {len(world.accepted)} events have no record: {sorted(missing)[:5]}, "
                         f"{len(waiting)} wait: {waiting[:3]}")


def check_records(world, records):
    """Checks each record; an event whose handler was killed at every attempt has a record of that failure."""
    failures = 0
    for record in records:
        if record["requestContext"]["condition"] == "Success":
            assert record["responsePayload"]["id"] == record["requestPayload"]["id"]
            world.note(record["responsePayload"])
        else:
            assert record["responsePayload"]["errorType"] == "Runtime.ExitError", record
            failures += 3
    return failures


def check_limits(world, most_environments):
    # After a crash an event may run again and its record be sent again: equal spans count once.
    spans = set(world.spans)
    assert most_at_once([(begin, end) for name, begin, end in spans if name == "reserved"]) <= RESERVED
    assert most_at_once([(begin, end) for _, begin, end in spans]) <= ACCOUNT_LIMIT
    assert 0 < most_environments <= HOST_LIMIT


def wait_until_idle_environments_are_gone(server):
    end = time.monotonic() + SETTLE_SECONDS
    while leftovers.descendants(server.pid):
        assert time.monotonic() < end, [leftovers.command_line(pid) for pid in leftovers.descendants(server.pid)]
        time.sleep(0.05)


def check_leavings(chaos, packages, installations):
    """Stopped servers leave only their data folder."""
    assert chaos.server.stop()[0] == 0
    managed = {server.pid for installation in installations for server in installation.started}
    assert leftovers.orphans_after_a_while(managed) == []
    below = leftovers.descendants(os.getpid()) | {os.getpid()}
    assert leftovers.namespaces(below) <= chaos.namespaces
    assert leftovers.cgroups({server.pid for server in chaos.servers}) == []
    assert len(leftovers.mounts(chaos.disk.folder)) == 1, "the disk itself"
    assert_databases_are_whole(chaos.data)
    assert_store_holds(chaos.data, packages, races=3)
    assert drafts(chaos.data) == []
    assert torn_lines(chaos.data) == []


def test_nothing_is_lost_exceeded_or_left_when_processes_are_killed_and_the_disk_is_full(
        chaos, nothing_left_behind):
    print(f"seed: STRATA_SEED={SEED}")
    world = chaos.world
    prepare(world.account)
    clients = load(world)
    helpers = [threading.Thread(target=chaos.watch), *clients]
    for each in helpers:
        each.start()
    try:
        chaos.rage(SECONDS)
    finally:
        world.over.set()
        for each in helpers:
            each.join()
    print(dict(world.counts), f"{world.blows} blows, {len(world.accepted)} events, {len(chaos.servers)} servers")
    assert world.wrong == [], f"STRATA_SEED={SEED}"
    assert min(world.counts[kind] for kind in ("Invoker", "Sender", "Owner", "servers killed", "disks filled")) > 0
    wait_for_events(chaos)
    failures = check_records(world, list(chaos.queue.records))
    assert world.counts["environment killed"] + failures <= world.blows
    check_limits(world, chaos.most_environments)

    chaos.kill_server()
    owners = [client for client in clients if isinstance(client, Owner)]
    packages = set().union(*(owner.check(world.account) for owner in owners))
    packages |= {world.account.lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
                 for name in ("reserved", "open", "events")}
    wait_until_idle_environments_are_gone(chaos.server)
    check_leavings(chaos, {base64.b64decode(digest).hex() for digest in packages}, nothing_left_behind)
