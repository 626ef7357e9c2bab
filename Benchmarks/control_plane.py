"""The control plane of a full account: pages, creations and the server's start at ten thousand of each."""

import base64
import json
import time

import budgets
from bench_server import HANDLER, Account, Installation, RawClient, median, running_server
from budgets import Result
from packages import zip_of

# The number of resources of each kind.
FUNCTIONS = LAYER_VERSIONS = 10_000
LAYERS = 100
CREATIONS, PAGES, STARTS = 200, 100, 7
FUNCTIONS_PATH, LAYERS_PATH = "/2015-03-31/functions", "/2018-10-31/layers"


def measure():
    installation = Installation.for_ourselves()
    try:
        data = installation.folder()
        with running_server(data, installation) as server:
            account = Account(server)
            client = RawClient(account)
            fill(client, account)
            yield from measure_pages(client)
            yield from measure_creations(client, account)
        yield measure_start(installation, data, account)
    finally:
        installation.close()


def fill(client, account):
    """Ten thousand functions, and ten thousand versions of a hundred layers."""
    function, layer = settings(account), layer_version()
    for number in range(FUNCTIONS):
        client.request("POST", FUNCTIONS_PATH, json.dumps({**function, "FunctionName": f"f-{number:05}"}))
    for number in range(LAYER_VERSIONS):
        client.request("POST", f"{LAYERS_PATH}/layer-{number % LAYERS:03}/versions", layer)


def settings(account):
    made = account.settings(Code={"ZipFile": zip_of({"app.py": HANDLER})})
    return {**made, "Code": encoded(made["Code"]["ZipFile"])}


def layer_version():
    return json.dumps({"Content": encoded(zip_of({"python/words.py": "WORD = 'one'"}))})


def encoded(content):
    return {"ZipFile": base64.b64encode(content).decode()}


def timed(work):
    """The milliseconds that an action takes."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1e3


def measure_pages(client):
    """Pages of fifty across the whole list, each with the marker of the previous one."""
    functions = [taken for taken, _ in pages(client, FUNCTIONS_PATH, "Functions")]
    versions = [taken for taken, _ in pages(client, f"{LAYERS_PATH}/layer-050/versions", "LayerVersions")]
    layers = [taken for taken, _ in pages(client, LAYERS_PATH, "Layers")]
    yield Result(budgets.LIST_FUNCTIONS, median(functions), f"slowest of {len(functions)}: {max(functions):.1f} ms")
    note = f"{median(layers):.1f} ms for layers, {median(versions):.1f} ms for versions of one"
    yield Result(budgets.LIST_LAYERS, median(layers + versions), note)


def pages(client, path, key):
    """Milliseconds and items of each page of fifty, from the first to the last and again, a hundred in all."""
    marker = ""
    for _ in range(PAGES):
        begin = time.perf_counter()
        answer = json.loads(client.request("GET", f"{path}?MaxItems=50{marker}"))
        yield (time.perf_counter() - begin) * 1e3, answer[key]
        marker = f"&Marker={answer['NextMarker']}" if answer.get("NextMarker") else ""


def measure_creations(client, account):
    """Durable creations in an account that already has all the others."""
    function, layer = settings(account), layer_version()
    functions = [
        timed(lambda: client.request("POST", FUNCTIONS_PATH, json.dumps({**function, "FunctionName": f"new-{number}"})))
        for number in range(CREATIONS)
    ]
    path = f"{LAYERS_PATH}/layer-007/versions"
    layers = [timed(lambda: client.request("POST", path, layer)) for _ in range(CREATIONS)]
    yield Result(budgets.CREATE_FUNCTION, median(functions), f"slowest of {CREATIONS}: {max(functions):.1f} ms")
    yield Result(budgets.PUBLISH_SMALL_LAYER, median(layers), f"slowest of {CREATIONS}: {max(layers):.1f} ms")


def measure_start(installation, data, account):
    taken = [start(installation, data, account) for _ in range(STARTS)]
    return Result(budgets.FULL_SERVER_START, median(taken), f"slowest of {STARTS}: {max(taken):.0f} ms")


def start(installation, data, account):
    """Milliseconds from the start of the process to the answer to a first request."""
    begin = time.perf_counter()
    with running_server(data, installation) as server:
        RawClient(account.reconnected(server)).request("GET", f"{FUNCTIONS_PATH}/f-05000/configuration")
        return (time.perf_counter() - begin) * 1e3
