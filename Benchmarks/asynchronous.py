"""Asynchronous invocations: rates of accepting and handling events, with an empty queue and with a million queued."""

import json
import os
import statistics
import subprocess
import time

import budgets
from bench_server import (
    HANDLER, WHOLE_PROCESSOR_MEBIBYTES, Account, Installation, RawClient, authorization, median, running_server, wrk,
)
from budgets import Result
from operators import Operator
from servers import proportional_bytes

BACKLOG, CONNECTIONS = 1_000_000, 64
ROUNDS, SECONDS, STARTS, PAGES, SCRAPES = 5, 3, 7, 50, 9
# The limit on filling the queue; a server that takes longer has missed its budget.
FILLING_SECONDS = 480
# Runs as long as the benchmark, so that all further events of the function stay queued.
SLEEPER = "import time\ndef handler(event, context):\n    time.sleep(870)\n"
FSYNCS = 200


class Subject:
    """A server with one function whose events stay queued, and one whose events are handled at once."""

    def __init__(self, server, account=None):
        self.server = server
        self.account = account or Account(server)
        self.client = RawClient(self.account)
        self.operator = Operator(server, self.account.number)

    def deploy(self):
        lambda_ = self.account.lambda_
        self.quick = self.account.deploy(HANDLER, Timeout=30, MemorySize=WHOLE_PROCESSOR_MEBIBYTES)
        self.waiting = self.account.deploy(SLEEPER, Timeout=900)
        lambda_.put_function_concurrency(FunctionName=self.waiting, ReservedConcurrentExecutions=1)
        lambda_.invoke(FunctionName=self.waiting, InvocationType="Event", Payload=b"0")
        return self

    def accept(self, name, seconds=SECONDS):
        """Sends one round of events to a function; wrk's measurements."""
        url = f"{self.server.url}/2015-03-31/functions/{name}/invocations"
        return wrk(url, CONNECTIONS, seconds, authorization(self.account), "Event")

    def queued(self, name):
        """The number of queued and running events of a function."""
        queues = json.loads(self.client.request("GET", "/_strata/top"))["queues"]
        return sum(queue["events"] for queue in queues if queue["target"] == self.account.arn(name))

    def fill(self):
        """Sends events until a million are queued; the seconds it took."""
        begin = time.perf_counter()
        while (missing := BACKLOG - self.queued(self.waiting)) > 0:
            if time.perf_counter() - begin > FILLING_SECONDS:
                raise RuntimeError(f"{missing:,} of {BACKLOG:,} events are missing after {FILLING_SECONDS} s")
            self.accept(self.waiting, 10 if missing > BACKLOG / 10 else 2)
        return time.perf_counter() - begin

    def handle(self):
        """Rates of events accepted in a round, and of events handled from its start until the queue is empty."""
        begin = time.perf_counter()
        accepted = self.accept(self.quick)
        while self.queued(self.quick):
            time.sleep(0.1)
        return accepted["per_second"], accepted["requests"] / (time.perf_counter() - begin)

    def memory(self):
        return proportional_bytes(self.server.pid)

    def timed(self, path, count):
        """The milliseconds of each of `count` requests."""
        taken = []
        for _ in range(count):
            begin = time.perf_counter()
            self.client.request("GET", path)
            taken.append((time.perf_counter() - begin) * 1e3)
        return taken


def measure():
    installation = Installation.for_ourselves()
    try:
        folders = [installation.folder() for _ in range(2)]
        with running_server(folders[0], installation) as idle, running_server(folders[1], installation) as server:
            empty, full = Subject(idle).deploy(), Subject(server).deploy()
            yield from measure_acceptance(empty, full)
            yield from measure_reading(full)
            yield measure_handling(empty, full)
            empty.operator.ask("events", "purge", "--function", empty.waiting)
        yield measure_start(installation, folders, [empty, full])
        with running_server(folders[1], installation) as server:
            yield measure_purge(full, server)
    finally:
        installation.close()


def measure_acceptance(empty, full):
    disk = fsync_milliseconds(full.server.data)
    for each in (empty, full):
        each.accept(each.waiting)
    before = full.memory()
    filled = full.fill()
    grown = full.memory() - before
    without, beside = [], []
    # In turn, so that other load on the machine affects both.
    for _ in range(ROUNDS):
        empty.operator.ask("events", "purge", "--function", empty.waiting)
        without.append(empty.accept(empty.waiting))
        beside.append(full.accept(full.waiting))
    rates, others = [[run["per_second"] for run in runs] for runs in (without, beside)]
    latency = f"p50 {median([run['p50'] for run in without]) / 1e3:.1f} ms, p99 {without[-1]['p99'] / 1e3:.1f} ms"
    yield Result(budgets.ACCEPTED, median(rates), f"median of {ROUNDS}; {latency}; an fsync takes {disk:.2f} ms")
    ratio = median([other / rate for rate, other in zip(rates, others)])
    yield Result(budgets.ACCEPTED_WITH_BACKLOG, ratio, f"{median(others):,.0f}/s; a million took {filled:.0f} s")
    later = full.memory() - before
    note = f"{before / 1e6:.1f} MB without; after {ROUNDS} rounds more {later / 1e6:+.1f} MB"
    yield Result(budgets.BACKLOG_MEMORY, max(grown, later) / 1e6, note)


def measure_reading(full):
    pages = full.timed("/_strata/events?limit=500", PAGES)
    begin = time.perf_counter()
    count, peak = list_events(full)
    whole = time.perf_counter() - begin
    note = f"`strata events list` prints {count:,} in {whole:.0f} s and {peak / 1e6:.0f} MB"
    yield Result(budgets.BACKLOG_PAGE, median(pages), note)
    scrapes = full.timed("/_strata/metrics", SCRAPES)
    yield Result(budgets.BACKLOG_METRICS, median(scrapes), f"slowest of {SCRAPES}: {max(scrapes):.0f} ms")


def list_events(full):
    """The number of lines that `strata events list` prints, and its peak memory."""
    command = full.server.installation.command("events", "list")
    with subprocess.Popen(command, **full.operator.options(), stdout=subprocess.PIPE) as process:
        count = sum(1 for _ in process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"strata events list: {process.returncode}")
    return count, usage.ru_maxrss * 1024


def measure_handling(empty, full):
    runs = [(empty.handle(), full.handle()) for _ in range(ROUNDS)]
    alone, beside = [median([run[place][1] for run in runs]) for place in (0, 1)]
    accepted = median([run[0][0] for run in runs])
    return Result(budgets.HANDLED, beside, f"{alone:,.0f}/s without; meanwhile {accepted:,.0f}/s were accepted")


def measure_start(installation, folders, subjects):
    taken = [[start(installation, *each) for each in zip(folders, subjects)] for _ in range(STARTS)]
    without, beside = [median(times) for times in zip(*taken)]
    return Result(budgets.BACKLOG_START, beside / without, f"{beside:.0f} and {without:.0f} ms")


def start(installation, data, subject):
    """Milliseconds from the start of the process to the answer to a first request."""
    begin = time.perf_counter()
    with running_server(data, installation) as server:
        client = RawClient(subject.account.reconnected(server))
        client.request("GET", f"/2015-03-31/functions/{subject.waiting}/configuration")
        return (time.perf_counter() - begin) * 1e3


def measure_purge(full, server):
    operator = Operator(server, full.account.number)
    begin = time.perf_counter()
    answer = operator.ask("events", "purge", "--function", full.waiting)
    return Result(budgets.BACKLOG_PURGE, time.perf_counter() - begin, answer.strip())


def fsync_milliseconds(folder):
    """The median milliseconds of a small write and its fsync on this disk."""
    taken = []
    with open(folder / "bench-fsync", "wb", buffering=0) as file:
        for _ in range(FSYNCS):
            begin = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - begin) * 1e3)
    os.unlink(folder / "bench-fsync")
    return statistics.median(taken)
