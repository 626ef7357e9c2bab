"""The server: its start with a full catalogue, and the memory of an idle environment."""

import threading
import time

import budgets
from bench_server import HANDLER, Account, Installation, RawClient, median, running_server
from budgets import Result
from footprint import proportional_bytes
from leftovers import descendants
from packages import zip_of

FUNCTIONS, STARTS, ENVIRONMENTS = 1000, 7, 10


def measure():
    yield measure_start()
    yield measure_idle_memory()


def measure_start():
    installation = Installation.for_ourselves()
    try:
        data = installation.folder()
        with running_server(data, installation) as server:
            account = Account(server)
            code = zip_of({"app.py": HANDLER})
            for number in range(FUNCTIONS):
                account.lambda_.create_function(**account.settings(name=f"f-{number}", Code={"ZipFile": code}))
        taken = [start(installation, data, account) for _ in range(STARTS)]
    finally:
        installation.close()
    return Result(budgets.SERVER_START, median(taken), f"slowest of {STARTS}: {max(taken):.0f} ms")


def start(installation, data, account):
    """Milliseconds from the start of the process to the answer to a first request."""
    begin = time.perf_counter()
    with running_server(data, installation) as server:
        RawClient(account.reconnected(server)).request("GET", "/2015-03-31/functions/f-500/configuration")
        return (time.perf_counter() - begin) * 1e3


def measure_idle_memory():
    """The average memory of environments that have run once and are idle, over all their processes."""
    source = "import time\ndef handler(event, context):\n    time.sleep(1)\n    return event\n"
    with running_server() as server:
        account = Account(server)
        name = account.deploy(source, Timeout=30)
        clients = [threading.Thread(target=RawClient(account).invoke, args=(name,)) for _ in range(ENVIRONMENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        time.sleep(0.5)
        sizes = [proportional_bytes(pid) for pid in descendants(server.pid)]
        servers = proportional_bytes(server.pid)
    average = sum(sizes) / ENVIRONMENTS / 1e6
    return Result(budgets.IDLE_MEMORY, average, f"{ENVIRONMENTS} environments; the server {servers / 1e6:.1f} MB")
