"""What publishing costs: time against unzip and sha256sum of the same file, and disk for a small change."""

import base64
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

import budgets
from bench_server import Account, RawClient, median, running_server
from budgets import Result
from packages import zip_of

ROUNDS = 3
# A little below the limit of a request.
LARGE_ZIP_BYTES = 50_000_000


def words(generator, size):
    """Bytes that compress about as well as a Python package: to somewhat under a half."""
    vocabulary = [generator.randbytes(generator.randrange(2, 9)) for _ in range(4096)]
    pieces, total = [], 0
    while total < size:
        batch = generator.choices(vocabulary, k=1024)
        pieces += batch
        total += sum(map(len, batch))
    return b"".join(pieces)[:size]


def large_layer():
    """A zip just below 50 MB, of files with the sizes of a real dependency tree."""
    generator = random.Random(50)
    text = words(generator, 4 << 20)
    files, total = {}, 0
    while total < LARGE_ZIP_BYTES * 2.1:
        size = min(int(generator.lognormvariate(9.2, 1.6)), 3 << 20)
        offset = generator.randrange(len(text) - size)
        # A salt: equal files would be stored once, and the comparison would be unfair.
        content = generator.randbytes(16) + scrambled(text[offset:offset + size], generator)
        files[f"python/package_{len(files) % 40}/file_{len(files)}.py"] = content
        total += len(content)
    return fitted(files)


def scrambled(text, generator):
    """The same bytes in another order of blocks, so that a compressor finds no other file in this one."""
    blocks = [text[start:start + 512] for start in range(0, len(text), 512)]
    generator.shuffle(blocks)
    return b"".join(blocks)


def fitted(files):
    """The zip of as many of the files as fit."""
    content = zip_of(files, level=1)
    while len(content) > LARGE_ZIP_BYTES + 2_000_000:
        keep = int(len(files) * LARGE_ZIP_BYTES / len(content))
        files = dict(list(files.items())[:keep])
        content = zip_of(files, level=1)
    return content


def publish(client, name, content):
    """Seconds from the first byte of the request to the answer."""
    body = json.dumps({"Content": {"ZipFile": base64.b64encode(content).decode()}}).encode()
    begin = time.perf_counter()
    client.request("POST", f"/2018-10-31/layers/{name}/versions", body)
    return time.perf_counter() - begin


def unzip_and_sum(content):
    """Seconds that `unzip` and `sha256sum` take for a file that was just written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.zip"
        path.write_bytes(content)
        begin = time.perf_counter()
        subprocess.run(["unzip", "-q", path, "-d", Path(folder) / "out"], check=True)
        subprocess.run(["sha256sum", path], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin


def disk_bytes(folder):
    """The disk usage of a folder in bytes, each inode counted once."""
    seen, total = set(), 0
    for path in [folder, *folder.rglob("*")]:
        status = os.lstat(path)
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_blocks * 512
    return total


def measure():
    yield measure_publishing()
    yield measure_growth()


def measure_publishing():
    content = large_layer()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        # A new data folder each time: publishing the same files again would store nothing.
        with running_server() as server:
            ours.append(publish(RawClient(Account(server)), "large", content))
        theirs.append(unzip_and_sum(content))
    taken, reference = median(ours), median(theirs)
    note = f"{taken * 1e3:.0f} and {reference * 1e3:.0f} ms for {len(content) / 1e6:.1f} MB"
    return Result(budgets.PUBLISH, taken / reference, note)


def measure_growth():
    generator = random.Random(7)
    files = {f"python/package/module_{number}.py": words(generator, 20_000) for number in range(1000)}
    changed = words(generator, 500_000)
    with running_server() as server:
        client = RawClient(Account(server))
        first = zip_of(files)
        publish(client, "growing", first)
        before = disk_bytes(server.data)
        files["python/package/module_500.py"] = changed
        second = zip_of(files)
        publish(client, "growing", second)
        growth = disk_bytes(server.data) - before
    expected = len(second) + len(changed)
    note = f"{growth / 1e6:.2f} MB for a zip of {len(second) / 1e6:.2f} and a file of {len(changed) / 1e6:.2f} MB"
    return Result(budgets.GROWTH, growth / expected, note)
