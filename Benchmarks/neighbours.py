"""Two accounts on one server: an account's warm invocations beside a hostile account, against the same alone."""

import sys
import time

import budgets
from bench_server import (
    HANDLER, REPOSITORY, WHOLE_PROCESSOR_MEBIBYTES, Account, authorization, median, running_server, wrk,
)
from budgets import Result

sys.path.insert(0, str(REPOSITORY / "Tests" / "Contract" / "attacks"))

from test_attack_tenants import hostile_beside  # noqa: E402

ROUNDS, SECONDS, REST_SECONDS = 5, 5, 3
# More than an account's 10 000 requests per second, which Lambda and Strata allow by default.
ARGUMENTS = ["--request-rate", "100"]


def measure():
    with running_server(arguments=ARGUMENTS) as server:
        victim = Account(server)
        name = victim.deploy(HANDLER, Timeout=10, MemorySize=WHOLE_PROCESSOR_MEBIBYTES)
        url, credentials = f"{server.url}/2015-03-31/functions/{name}/invocations", authorization(victim)
        wrk(url, 1, REST_SECONDS, credentials)
        alone, beside = [], []
        # In turn, so that other work on the machine meets both.
        for _ in range(ROUNDS):
            alone.append(wrk(url, 1, SECONDS, credentials))
            hostile = hostile_beside(server, victim)
            time.sleep(REST_SECONDS)  # each kind of attack begins
            beside.append(wrk(url, 1, SECONDS, credentials))
            counts, _ = hostile.end()
            time.sleep(REST_SECONDS)  # what it has left running ends
    # The fastest round of each: other load on the machine only adds time.
    slow, fast = (min(runs, key=lambda run: run["p99"]) for runs in (beside, alone))
    medians = [median([run["p99"] for run in runs]) for runs in (beside, alone)]
    note = (f"{slow['p99']:,.0f} and {fast['p99']:,.0f} µs, p50 {slow['p50']:,.0f} and {fast['p50']:,.0f} µs, "
            f"best of {ROUNDS}; median {medians[0]:,.0f} and {medians[1]:,.0f} µs; "
            f"{sum(counts.values()):,} attacks in the last round")
    yield Result(budgets.VICTIM, slow["p99"] / fast["p99"], note)
