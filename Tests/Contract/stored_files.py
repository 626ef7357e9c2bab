"""The content of a stopped server's data folder: exactly what its catalogue refers to, and all of it intact."""

import contextlib
import hashlib
import os
import re
import sqlite3
import stat

TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")
# Lambda logs these on a separate line, after the line about a runtime's exit.
SECOND_LINES = {b"Runtime.ExitError"}


def hexadecimal(folder):
    """The files or trees of one folder of the store, by the digest in their names."""
    return {path.name: path for path in folder.glob("??/*")}


def assert_store_holds(data, digests, races=0):
    """Packages by their digests (hexadecimal), each as a zip, a manifest and a tree, and the objects of these trees.

    A file that a tree links to while its object is collected stays in the tree, and is no object any more: as many
    `races` may have been lost.
    """
    store = data / "store"
    assert list((store / "ingest").iterdir()) == []
    zips, trees = hexadecimal(store / "zips"), hexadecimal(store / "trees")
    assert set(zips) == set(digests), describe(set(zips), set(digests))
    assert set(trees) == set(hexadecimal(store / "manifests")) == set(zips)
    for digest, path in zips.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path
    objects = hexadecimal(store / "objects")
    for name, path in objects.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == name.split(".")[0], path
    inodes = {path.stat().st_ino for path in objects.values()}
    linked = set()
    for tree in trees.values():
        for folder, _, names in os.walk(tree):
            files = [status for name in names if stat.S_ISREG((status := os.lstat(os.path.join(folder, name))).st_mode)]
            linked |= {status.st_ino for status in files}
    assert inodes <= linked, f"{len(inodes - linked)} objects have no tree"
    assert len(linked - inodes) <= races, f"{len(linked - inodes)} files are no objects"


def describe(found, expected):
    return f"{len(found - expected)} packages too many, {len(expected - found)} missing"


def assert_databases_are_whole(data):
    for path in data.glob("*.sqlite"):
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",), path


def drafts(data):
    """Files of unfinished writes, and SQLite's files beside an open database."""
    return [path for path in data.rglob("*") if path.name.endswith((".new", "-journal", "-wal", "-shm"))]


def torn_lines(data):
    """Log lines that neither start with a timestamp nor continue such a line, and files that end within a line."""
    torn = []
    for path in data.glob("logs/**/*.log*"):
        *lines, rest = path.read_bytes().split(b"\n")
        torn += [line for line in lines if not is_whole(line)] + ([rest] if rest else [])
    return torn


def is_whole(line):
    return TIME.match(line) is not None or line.startswith(b"\t") or line in SECOND_LINES
