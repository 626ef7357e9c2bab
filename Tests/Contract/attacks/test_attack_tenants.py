"""Two accounts on one server: beside one that makes every attack of the suite, nothing of the other's fails, nor takes
longer than its own time-outs."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import test_attack_accounts as accounts  # noqa: E402
import test_attack_files as files  # noqa: E402
import test_attack_namespaces as namespaces  # noqa: E402
import test_attack_neighbours as neighbours  # noqa: E402
import test_attack_resources as resources  # noqa: E402
import test_attack_runtime_api as runtime_api  # noqa: E402
import test_system_calls as system_calls  # noqa: E402
from tenants import Hostile, HostileProcess, Victim  # noqa: E402
from test_attack_archives import REFUSED  # noqa: E402
from test_attack_http import AMBIGUOUS, post  # noqa: E402
from test_attack_zips import BAD_PACKAGES  # noqa: E402

TABLES = [
    namespaces.NAMESPACES, namespaces.PRIVILEGES, files.MOUNTS, files.PROC, files.DEVICES, files.CHANGES,
    files.DESCRIPTORS, neighbours.PEERS, neighbours.PROCESSES, neighbours.NETWORK, neighbours.EVERYTHING,
    runtime_api.ANSWERS, runtime_api.TURNS, runtime_api.NONSENSE, runtime_api.EXTENSIONS, accounts.CLAIMS,
    accounts.PAGES,
]
GLUTTONIES = [*resources.COUNTED, *resources.ENDED, *resources.SURVIVED, *resources.CRIPPLED]
CALLS = [*system_calls.FORBIDDEN.values(), *system_calls.ABSENT.values()]


def hostile_beside(server, victim):
    """An account that has begun to make every attack beside another one."""
    expressions = {name: expression for table in TABLES for name, (expression, _) in table.items()}
    requests = [post(b"Host: localhost", *fields) for fields in AMBIGUOUS.values()]

    def begin():
        hostile = Hostile(server, victim.number, expressions, REFUSED.values(), requests)
        hostile.occupy()
        hostile.attack(GLUTTONIES, CALLS)
        return hostile

    return HostileProcess(begin)


def run(server, seconds):
    victim = Victim(server)
    hostile = hostile_beside(server, victim)
    victim.work()
    time.sleep(seconds)
    failures = victim.end()
    counts, kinds = hostile.end()
    figures = f"{victim.waits}, {victim.loop.counts}, {counts}"
    assert failures == [], figures
    # Each kind of attack was made, and each of the victim's steps.
    assert all(counts.get(kind) for kind in kinds), figures
    assert set(victim.loop.counts) == {"control plane", "invocations", "events"}, figures
    assert max(victim.waits.values()) < Victim.TIMEOUT_SECONDS, figures


def test_the_suite_has_hundreds_of_attempts():
    """Beside those that are tests of their own; in pairs of a name and what is tried, so none counts twice."""
    attempts = {(name, str(attempt[0])) for table in TABLES for name, attempt in table.items()}
    early = runtime_api.early_attempts(0)
    tables = [REFUSED, AMBIGUOUS, BAD_PACKAGES, accounts.CALLS, accounts.TOKENS, accounts.SERVICES, early, GLUTTONIES]
    assert len(attempts) + sum(map(len, tables)) > 500


@pytest.mark.alone
def test_a_victim_beside_a_hostile_account_notices_nothing(installation):
    server = installation.start()
    run(server, 8)
    server.end()


@pytest.mark.wild
def test_a_victim_beside_a_hostile_account_notices_nothing_for_minutes(either_installation):
    server = either_installation.start()
    run(server, 180)
    server.end()
