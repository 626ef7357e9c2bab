"""Thousands of invocations of every kind leave a server's footprint unchanged. `STRATA_SOAK_SECONDS` makes it longer.

`Benchmarks/soak.py` does the same with 200 000 and a release build.
"""

import os

import pytest

import soak_load
from account import Account
from footprint import MAXIMUM_DATABASE_DESCRIPTORS, Footprint

SECONDS = float(os.environ.get("STRATA_SOAK_SECONDS", "12"))
WARM_UP_SECONDS = 5
# What the allocator may retain from peak load, which need not occur during the warm-up.
MARGIN_BYTES = 3_000_000


@pytest.fixture
def account(installation):
    server = installation.start(arguments=soak_load.ARGUMENTS)
    account = Account(server)
    soak_load.deploy(account)
    yield account
    assert server.stop()[0] == 0


def test_thousands_of_invocations_leave_the_server_as_it_was(account):
    soak_load.load(account, WARM_UP_SECONDS)
    before = Footprint.at_rest(account.server)
    counts = soak_load.load(account, SECONDS)
    after = Footprint.at_rest(account.server)
    growth = after.memory_bytes - before.memory_bytes
    print(counts, f"memory {before.memory_bytes:,} and {growth:+,}, {before.counts}")
    assert min(counts.values()) > 0
    assert after.counts == before.counts
    assert after.database_descriptors <= MAXIMUM_DATABASE_DESCRIPTORS
    assert growth <= MARGIN_BYTES
