"""`kill -9` at random moments: acknowledged changes are intact afterwards, and nothing incomplete is listed."""

import itertools
import os
import random
import threading
import time
import urllib.request

from botocore.exceptions import BotoCoreError, ClientError

from account import Account
from packages import Entry, sha256, zip_of

ROUNDS = 8
SEED = int(os.environ.get("STRATA_SEED", random.SystemRandom().randrange(1 << 32)))


class Writer(threading.Thread):
    """Publishes layers and creates functions until the server is killed, and records acknowledged ones."""

    def __init__(self, account, name, generator, counter):
        super().__init__()
        self.account = account
        self.prefix = name
        self.generator = generator
        self.counter = counter
        self.layers = {}
        self.functions = {}

    def run(self):
        try:
            while True:
                self.publish_layer() if self.generator.random() < 0.5 else self.create_function()
        except (BotoCoreError, ClientError, OSError):
            return  # the server was killed

    def publish_layer(self):
        content = zip_of({
            f"python/module_{n}.py": self.generator.randbytes(self.generator.randrange(1, 60_000)) for n in range(4)
        }, level=1)
        published = self.account.publish(self.prefix, content)
        self.layers[published["LayerVersionArn"]] = content

    def create_function(self):
        name = f"{self.prefix}-{next(self.counter)}"
        noise = Entry(self.generator.randbytes(self.generator.randrange(1, 60_000)))
        content = zip_of({"app.py": f"def handler(event, context): return {name!r}\n", "noise": noise}, level=1)
        layers = [self.generator.choice(list(self.layers))] if self.layers else []
        self.account.lambda_.create_function(
            **self.account.settings(name=name, Code={"ZipFile": content}, Layers=layers)
        )
        self.functions[name] = content


def fetch(location):
    with urllib.request.urlopen(location, timeout=10) as answer:
        return answer.read()


def assert_layers_are_whole(aws, expected):
    listed = set()
    for page in aws.lambda_.get_paginator("list_layers").paginate():
        for layer in page["Layers"]:
            for versions in aws.lambda_.get_paginator("list_layer_versions").paginate(LayerName=layer["LayerName"]):
                listed |= {version["LayerVersionArn"] for version in versions["LayerVersions"]}
    assert set(expected) <= listed
    for arn in listed:
        content = aws.lambda_.get_layer_version_by_arn(Arn=arn)["Content"]
        data = fetch(content["Location"])
        assert sha256(data) == content["CodeSha256"], arn
        assert len(data) == content["CodeSize"], arn
        assert expected.get(arn, data) == data, arn


def assert_functions_are_whole(aws, expected, sample):
    listed = [
        function["FunctionName"]
        for page in aws.lambda_.get_paginator("list_functions").paginate() for function in page["Functions"]
    ]
    assert set(expected) <= set(listed)
    for name in listed:
        got = aws.lambda_.get_function(FunctionName=name)
        data = fetch(got["Code"]["Location"])
        assert sha256(data) == got["Configuration"]["CodeSha256"], name
        assert expected.get(name, data) == data, name
    for name in sample:
        assert aws.invoke(name).value == name


def test_what_was_acknowledged_survives_kills_at_random_moments(installation):
    print(f"seed: STRATA_SEED={SEED}")
    generator = random.Random(SEED)
    data, counter = installation.folder(), itertools.count(1)
    account, layers, functions = None, {}, {}
    for _ in range(ROUNDS):
        server = installation.start(data=data)
        account = account.reconnected(server) if account else Account(server)
        writers = [
            Writer(account, f"writer-{number}", random.Random(generator.randrange(1 << 32)), counter)
            for number in range(2)
        ]
        for writer in writers:
            writer.layers.update(layers)
            writer.start()
        time.sleep(generator.uniform(0.05, 1.0))
        server.kill()
        for writer in writers:
            writer.join()
            layers |= writer.layers
            functions |= writer.functions
    server = installation.start(data=data)
    account = account.reconnected(server)
    assert layers and functions
    assert_layers_are_whole(account, layers)
    sample = generator.sample(sorted(functions), min(8, len(functions)))
    assert_functions_are_whole(account, functions, sample)
    assert len(account.publish("after", {"x": "x"})["Content"]["CodeSha256"]) == 44
    assert server.stop()[0] == 0
