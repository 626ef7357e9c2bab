"""Starting again between tests: a reset of a server on which functions have run."""

import time

import budgets
from bench_server import HANDLER, Account, RawClient, median, running_server
from budgets import Result
from packages import zip_of

FUNCTIONS, IDLE, RESETS = 100, 10, 15


def reset(client, account):
    """Milliseconds of a reset, with functions and idle environments of their own."""
    code = zip_of({"app.py": HANDLER})
    for number in range(FUNCTIONS):
        account.lambda_.create_function(**account.settings(name=f"f-{number}", Code={"ZipFile": code}))
    for number in range(IDLE):
        client.invoke(f"f-{number}")
    begin = time.perf_counter()
    client.request("POST", "/_strata/reset")
    return (time.perf_counter() - begin) * 1e3


def measure():
    with running_server(arguments=["--allow-reset"]) as server:
        account = Account(server)
        client = RawClient(account)
        taken = [reset(client, account) for _ in range(RESETS)]
    yield Result(budgets.RESET, median(taken), f"slowest of {RESETS}: {max(taken):.0f} ms")
