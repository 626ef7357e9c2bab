"""Soak test: the server's memory and descriptors after many invocations of every kind, against after few."""

from concurrent.futures import ThreadPoolExecutor

import budgets
from bench_server import WHOLE_PROCESSOR_MEBIBYTES, Account, authorization, running_server, wrk
from budgets import Result
from footprint import Footprint
from soak_load import ARGUMENTS, Client, deploy, load

FEW, MANY = 20_000, 200_000
CONNECTIONS, SECONDS = 16, 5
# wrk invokes the echo function; these invoke the others meanwhile.
KINDS = [Client.fails, Client.ends, Client.queued, Client.streams, Client.changes]


def measure():
    with running_server(arguments=ARGUMENTS) as server:
        account = Account(server)
        deploy(account)
        account.change("echo", MemorySize=WHOLE_PROCESSOR_MEBIBYTES)
        counts = dict.fromkeys(["wrk", *(kind.__name__ for kind in KINDS)], 0)
        drive(account, counts, FEW)
        before = Footprint.at_rest(server)
        drive(account, counts, MANY)
        after = Footprint.at_rest(server)
    if after.counts != before.counts:
        raise RuntimeError(f"from {before.counts} to {after.counts}")
    few, many = before.memory_bytes / 1e6, after.memory_bytes / 1e6
    yield Result(budgets.SOAK_MEMORY, many - few, f"from {few:.1f} to {many:.1f} MB; {counts}")
    few, many = (sum(each.descriptors.values()) for each in (before, after))
    yield Result(budgets.SOAK_DESCRIPTORS, many / few, f"from {few} to {many}")


def drive(account, counts, total):
    """Invokes until `total` calls have been made."""
    url = f"{account.server.url}/2015-03-31/functions/echo/invocations"
    with ThreadPoolExecutor(1) as aside:
        while sum(counts.values()) < total:
            others = aside.submit(load, account, SECONDS, KINDS)
            counts["wrk"] += wrk(url, CONNECTIONS, SECONDS, authorization(account))["requests"]
            for kind, count in others.result().items():
                counts[kind] += count
