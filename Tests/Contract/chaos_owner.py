"""A control-plane client that tracks which resources must exist, whatever fails meanwhile."""

from botocore.exceptions import ClientError

from chaos_load import Caller, disk_full
from packages import sha256, zip_of


class Owner(Caller):
    """Creates, changes and deletes its own functions and layer versions.

    It tracks each function's possible states: one, or two after a call that the server did not survive to answer.
    A refused call changes nothing.
    """

    LARGEST_NOISE = 60_000

    def __init__(self, world, chance, name, **options):
        super().__init__(world, chance, **options)
        self.name = name
        self.functions = {f"{name}-{number}": [None] for number in range(4)}
        self.words = {}
        # By version number: the acknowledged digests, and those of unanswered calls.
        self.layers, self.doubtful = {}, {}
        self.unanswered = set()
        self.highest = 0

    def act(self, account):
        if self.chance.random() < 0.3:
            return self.change_layers(account.lambda_)
        name = self.chance.choice(list(self.functions))
        self.resolve(account.lambda_, name)
        if self.functions[name] == [None]:
            return self.create(account, name)
        self.chance.choice([self.update_code, self.describe, self.tag, self.delete])(account, name)

    def refusal(self, response, begin):
        return disk_full(self.world, response, begin)

    # Functions

    def attempt(self, name, after, operation, **parameters):
        """Calls, and records the function's possible states."""
        (before,) = self.functions[name]
        self.functions[name] = [before, after]
        try:
            operation(**parameters)
        except ClientError:
            self.functions[name] = [before]
            raise
        self.functions[name] = [after]

    def resolve(self, lambda_, name):
        """Reads which of its possible states a function is in."""
        if len(self.functions[name]) > 1:
            found = self.look(lambda_, name)
            assert found in self.functions[name], f"{name} is {found}, not one of {self.functions[name]}"
            self.functions[name] = [found]

    @staticmethod
    def look(lambda_, name):
        try:
            got = lambda_.get_function(FunctionName=name)
        except lambda_.exceptions.ResourceNotFoundException:
            return None
        configuration = got["Configuration"]
        return {
            "code": configuration["CodeSha256"], "description": configuration["Description"],
            "tags": got.get("Tags", {}),
        }

    def code(self, name):
        """A unique package whose function returns a unique word."""
        word = self.chance.randbytes(8).hex()
        noise = self.chance.randbytes(self.chance.randrange(self.LARGEST_NOISE))
        package = zip_of({"app.py": f"def handler(event, context): return {word!r}\n", "noise": noise}, level=1)
        self.words[sha256(package)] = word
        return package

    def create(self, account, name):
        package = self.code(name)
        after = {"code": sha256(package), "description": "", "tags": {}}
        settings = account.settings(name=name, Code={"ZipFile": package})
        self.attempt(name, after, account.lambda_.create_function, **settings)

    def update_code(self, account, name):
        package = self.code(name)
        after = self.functions[name][0] | {"code": sha256(package)}
        self.attempt(name, after, account.lambda_.update_function_code, FunctionName=name, ZipFile=package)

    def describe(self, account, name):
        text = self.chance.randbytes(100).hex()
        after = self.functions[name][0] | {"description": text}
        operation = account.lambda_.update_function_configuration
        self.attempt(name, after, operation, FunctionName=name, Description=text)

    def tag(self, account, name):
        tag = {f"key-{self.chance.randrange(5)}": self.chance.randbytes(50).hex()}
        before = self.functions[name][0]
        after = before | {"tags": before["tags"] | tag}
        self.attempt(name, after, account.lambda_.tag_resource, Resource=account.arn(name), Tags=tag)

    def delete(self, account, name):
        self.attempt(name, None, account.lambda_.delete_function, FunctionName=name)

    # Layers

    def change_layers(self, lambda_):
        if self.layers and self.chance.random() < 0.4:
            return self.delete_layer(lambda_, self.chance.choice(list(self.layers)))
        noise = self.chance.randbytes(self.chance.randrange(self.LARGEST_NOISE))
        package = zip_of({"python/noise": noise, "python/same": "the same"}, level=1)
        digest = sha256(package)
        self.unanswered.add(digest)
        try:
            published = lambda_.publish_layer_version(LayerName=self.name, Content={"ZipFile": package})
        except ClientError:
            self.unanswered.remove(digest)
            raise
        self.unanswered.remove(digest)
        assert published["Version"] > self.highest and published["Content"]["CodeSha256"] == digest, published
        self.highest = published["Version"]
        self.layers[self.highest] = digest

    def delete_layer(self, lambda_, number):
        digest = self.doubtful[number] = self.layers.pop(number)
        try:
            lambda_.delete_layer_version(LayerName=self.name, VersionNumber=number)
        except ClientError:
            self.layers[number] = digest
            del self.doubtful[number]
            raise
        del self.doubtful[number]

    # Afterwards

    def check(self, account):
        """Checks that exactly the acknowledged changes are there; returns the digests of all packages."""
        kept = set()
        for name, possible in self.functions.items():
            found = self.look(account.lambda_, name)
            assert found in possible, f"{name} is {found}, not one of {possible}"
            if found:
                kept.add(found["code"])
                account.wait_until_active(name)
                assert account.invoke(name).value == self.words[found["code"]], name
        listed = {}
        for page in account.lambda_.get_paginator("list_layer_versions").paginate(LayerName=self.name):
            for version in page["LayerVersions"]:
                got = account.lambda_.get_layer_version(LayerName=self.name, VersionNumber=version["Version"])
                listed[version["Version"]] = got["Content"]["CodeSha256"]
        missing = set(self.layers.items()) - set(listed.items())
        assert not missing, f"layer versions of {self.name} that were acknowledged and are not there: {missing}"
        more = set(listed.items()) - set(self.layers.items()) - set(self.doubtful.items())
        assert {digest for _, digest in more} <= self.unanswered, f"layer versions that nobody published: {more}"
        return kept | set(listed.values())
