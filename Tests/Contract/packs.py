"""Bytecode of packages in a server's data folder, and functions that tell where their modules came from."""

import hashlib
import marshal
import struct

from operators import until
from packages import zip_of

# Code below 4 KiB is not worth a pack.
PADDING = "#" * 5000 + "\n"
# What a function says of a module: its value, and whether its code came from a pack.
TELLER = PADDING + """
import importlib, json, os, sys

def tell(name):
    module = importlib.import_module(name)
    return [module.VALUE, "get_code" in vars(module.__spec__.loader)]

def listing(root):
    return sorted(os.path.relpath(os.path.join(folder, name), root)
                  for folder, _, names in os.walk(root) for name in names)

def handler(event, context):
    if event == "list":
        return {root: listing(root) for root in ("/var/task", "/opt")}
    return {name: tell(name) for name in event}
"""


def packs(server):
    return {path.name.split(".")[0]: path for path in (server.data / "bytecode" / "packs").glob("??/*")}


def wait_for_packs(server, *zips):
    digests = {hashlib.sha256(each).hexdigest() for each in zips}
    until(lambda: digests <= packs(server).keys(), "the compiler")


def index_of(pack):
    """What a pack says that it has; Runtimes/python/bytecode_compiler.py describes the format."""
    content = pack.read_bytes()
    offset, length = struct.unpack("<QQ", content[-48:-32])
    return marshal.loads(content[offset : offset + length])


def restart(aws, function):
    """Has the next invocation start an environment."""
    aws.change(function, Environment={"Variables": {"RESTART": str(next(aws.names))}})


def deploy(aws, files, layers=(), **settings):
    """Creates a function with layers, and waits until all of that is compiled."""
    code, zips = zip_of({"app.py": TELLER, **files}), [zip_of(files) for files in layers]
    arns = [aws.publish(f"layer-{number}", each)["LayerVersionArn"] for number, each in enumerate(zips)]
    name = aws.deploy(Code={"ZipFile": code}, Layers=arns, **settings)
    wait_for_packs(aws.server, code, *zips)
    return name


def tag(aws):
    return "cpython-" + aws.server.runtime.removeprefix("python").replace(".", "")


def many_modules(count):
    """A layer that takes the compiler some seconds."""
    source = "def f(a, b=2): return [a, b, {}]\n" * 60
    return {f"python/many/m{number}.py": source.replace("{}", str(number)) for number in range(count)}
