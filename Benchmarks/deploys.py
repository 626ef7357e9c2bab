"""Code-only deploys: from the update's first byte to the first answer of the new code."""

import base64
import json
import random
import time

import budgets
from bench_server import Account, RawClient, median, running_server
from budgets import Result
from packages import zip_of
from storage import words

DEPLOYS = 15


def code(number, generator):
    """60 KB of code that answers with its number."""
    source = f"def handler(event, context):\n    return {number}\n"
    return zip_of({"app.py": source, "rest.txt": generator.randbytes(60_000)})


def deploy(client, name, number, content):
    """Milliseconds from the update to its own answer."""
    body = json.dumps({"ZipFile": base64.b64encode(content).decode()}).encode()
    begin = time.perf_counter()
    client.request("PUT", f"/2015-03-31/functions/{name}/code", body)
    while json.loads(client.invoke(name)) != number:
        pass
    return (time.perf_counter() - begin) * 1e3


def measure():
    generator = random.Random(16)
    with running_server() as server:
        account = Account(server)
        client = RawClient(account)
        layer = {f"python/package/module_{n}.py": words(generator, 32_000) for n in range(500)}
        arn = account.publish("layer", layer)["LayerVersionArn"]
        name = account.deploy(Code={"ZipFile": code(0, generator)}, Layers=[arn])
        client.invoke(name)
        taken = [deploy(client, name, number, code(number, generator)) for number in range(1, DEPLOYS + 1)]
    yield Result(budgets.DEPLOY, median(taken), f"slowest of {DEPLOYS}: {max(taken):.0f} ms")
