"""Durable changes with the rows in PostgreSQL beside SQLite's, in the same run on the same disk."""

import json

import budgets
from bench_server import Account, RawClient, authorization, median, running_server, wrk
from budgets import Result
from control_plane import FUNCTIONS_PATH, settings, timed
from postgres_cluster import PostgresCluster

CONNECTIONS, ROUNDS, SECONDS, CREATIONS = 64, 5, 3, 200
# Runs as long as the benchmark, so that all further events of the function stay queued.
SLEEPER = "import time\ndef handler(event, context):\n    time.sleep(870)\n"


def measure():
    cluster = PostgresCluster(durable=True)
    try:
        with running_server() as sqlite:
            with running_server(arguments=["--database", cluster.new_database()]) as postgresql:
                yield from measure_both(Account(sqlite), Account(postgresql))
    finally:
        cluster.close()


def measure_both(*accounts):
    creations = [create(account) for account in accounts]
    note = f"SQLite {creations[0]:.1f} ms"
    yield Result(budgets.CREATE_FUNCTION_POSTGRESQL, creations[1], note)
    targets = [waiting(account) for account in accounts]
    # In turn, so that other load on the machine affects both.
    rounds = [[accept(*target) for target in targets] for _ in range(ROUNDS)]
    sqlite, postgresql = (median([each[engine]["per_second"] for each in rounds]) for engine in range(2))
    latency = median([each[1]["p50"] for each in rounds]) / 1e3
    note = f"median of {ROUNDS}; p50 {latency:.1f} ms; SQLite {sqlite:,.0f}/s"
    yield Result(budgets.ACCEPTED_POSTGRESQL, postgresql, note)


def create(account):
    """The median time of creating a function, in milliseconds."""
    client, function = RawClient(account), settings(account)
    bodies = [json.dumps({**function, "FunctionName": f"f-{number:05}"}) for number in range(CREATIONS)]
    return median([timed(lambda body=body: client.request("POST", FUNCTIONS_PATH, body)) for body in bodies])


def waiting(account):
    """A function whose events stay queued."""
    name = account.deploy(SLEEPER, Timeout=900)
    account.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    account.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b"0")
    return account, name


def accept(account, name):
    """One round of events; wrk's measurements."""
    url = f"{account.server.url}/2015-03-31/functions/{name}/invocations"
    return wrk(url, CONNECTIONS, SECONDS, authorization(account), "Event")
