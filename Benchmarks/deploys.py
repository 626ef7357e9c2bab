"""Code-only deploys: from the update's first byte to the first answer of the new code."""

import base64
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


class Folder:
    """A folder with a function and its layer, which both answer with numbers, for `strata deploy`."""

    def __init__(self, account, path, generator):
        self.account, self.path = account, path
        self.client = RawClient(account)
        (path / "code").mkdir()
        (path / "layer" / "python").mkdir(parents=True)
        (path / "code" / "rest.txt").write_bytes(generator.randbytes(60_000))
        (path / "strata.toml").write_text(
            f'[function.edited]\nruntime = "{account.server.runtime}"\nhandler = "app.handler"\ncode = "code"\n'
            'memory = 1769\nlayers = ["numbers"]\n[layer.numbers]\nfolder = "layer"\n')
        self.environment = account.server.installation.environment() | {
            "AWS_ENDPOINT_URL": account.server.url, "AWS_ACCESS_KEY_ID": account.number,
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": account.region}
        self.edit_code(0)
        self.edit_layer(0)

    def edit_code(self, number):
        (self.path / "code" / "app.py").write_text(
            f"import numbers_of_layer\ndef handler(event, context):\n    return [{number}, numbers_of_layer.NUMBER]\n")

    def edit_layer(self, number):
        (self.path / "layer" / "python" / "numbers_of_layer.py").write_text(f"NUMBER = {number}\n")

    def deploy(self):
        command = [os.environ["STRATA_BINARY"], "deploy", str(self.path)]
        subprocess.run(command, env=self.environment, check=True, capture_output=True)

    @contextlib.contextmanager
    def watching(self):
        command = [os.environ["STRATA_BINARY"], "deploy", str(self.path), "--watch"]
        watcher = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        while "Waiting" not in watcher.stderr.readline():
            pass
        yield
        watcher.terminate()
        watcher.communicate()

    def milliseconds(self, change, answer):
        """From before a change to the first answer that shows it."""
        begin = time.perf_counter()
        change()
        while json.loads(self.client.invoke("edited")) != answer:
            pass
        return (time.perf_counter() - begin) * 1e3

    def by_command(self, number):
        def change():
            self.edit_code(number)
            self.deploy()
        return self.milliseconds(change, [number, 0])

    def fat_by_cli(self, number, dependencies):
        """The usual way: everything in one zip, by the AWS CLI."""
        def change():
            archive = self.path / "fat.zip"
            source = f"def handler(event, context):\n    return [{number}, 0]\n"
            archive.write_bytes(zip_of(dependencies | {"app.py": source}))
            subprocess.run(
                [Path(sys.executable).with_name("aws"), "lambda", "update-function-code", "--function-name", "edited",
                 "--zip-file", f"fileb://{archive}"], env=os.environ | self.environment, check=True,
                capture_output=True)  # fmt: skip
        return self.milliseconds(change, [number, 0])


def measure_commands(server, generator):
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Account(server), Path(path), generator)
        folder.deploy()
        by_command = [folder.by_command(number) for number in range(1, DEPLOYS + 1)]
        yield Result(budgets.DEPLOY_COMMAND, median(by_command), f"slowest of {DEPLOYS}: {max(by_command):.0f} ms")
        with folder.watching():
            watched = [
                folder.milliseconds(lambda: folder.edit_code(number), [number, 0])  # noqa: B023 (called at once)
                for number in range(100, 100 + DEPLOYS)]  # fmt: skip
            yield Result(budgets.DEPLOY_WATCH, median(watched), f"slowest of {DEPLOYS}: {max(watched):.0f} ms")
            taken = [
                folder.milliseconds(lambda: folder.edit_layer(number), [99 + DEPLOYS, number])  # noqa: B023 (as above)
                for number in range(1, 1 + DEPLOYS)]  # fmt: skip
            yield Result(budgets.DEPLOY_WATCH_LAYER, median(taken), f"slowest of {DEPLOYS}: {max(taken):.0f} ms")
        dependencies = {f"package/module_{n}.py": words(generator, 32_000) for n in range(500)}
        fat = [folder.fat_by_cli(number, dependencies) for number in range(1000, 1003)]
        yield Result(
            budgets.DEPLOY_AGAINST_CLI, median(fat) / median(watched), f"the AWS CLI: {median(fat):.0f} ms")


def measure_command_start():
    def start():
        begin = time.perf_counter()
        subprocess.run([os.environ["STRATA_BINARY"], "version"], check=True, capture_output=True)
        return (time.perf_counter() - begin) * 1e3
    start()
    taken = [start() for _ in range(50)]
    yield Result(budgets.COMMAND_START, median(taken), "with the start of a process")


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
        yield from measure_commands(server, generator)
    yield from measure_command_start()
