"""Compiles the Python sources of one package, and writes their bytecode to standard output as a pack.

Started as `python -I -S -B /var/runtime/bytecode_compiler.py ROOT` in a sandbox, which limits its time, memory and
output. The sources are not trusted: they are compiled and never run or imported.

A pack is read by bootstrap_bytecode.py:

    code objects    as marshal writes them, one after the other
    index           marshal: (links, {source: (offset, length) or None})
    header          "STRATAB1", the interpreter's magic number, its version
    index's place   offset and length, 8 bytes each
    digest          SHA-256 of everything before; the server appends it

Sources are relative to the root. None means that the interpreter must load the source in its own way: it cannot be
compiled, gives warnings, is too large, or has bytecode of its own in the package. The links are the package's symbolic
links: what a package below has in their place is hidden by them. None means that there are too many to list.
"""

import _imp
import importlib._bootstrap_external as machinery
import marshal
import os
import stat
import sys
import time
import warnings

# The largest source that is compiled; pandas' largest has half a megabyte.
SOURCE_BYTES = 4 << 20
# The limits of one pack: it is on the disk as long as its package, and functions read its index when they start.
PACK_BYTES = 256 << 20
SOURCE_COUNT = 50_000
LINK_COUNT = 64
# The sources that are left when the time is over are not compiled.
PROCESSOR_SECONDS = 120


class PackWriter:
    def __init__(self, output):
        self.output = output
        self.position = 0
        self.index = {}
        self.links = []

    def write(self, data):
        place = (self.position, len(data))
        self.output.write(data)
        self.position += len(data)
        return place

    def add(self, name, path, status):
        """Adds a source."""
        code = None
        if self.position < PACK_BYTES and time.process_time() < PROCESSOR_SECONDS:
            code = compiled(path, status)
        self.index[name] = self.write(code) if code is not None else None

    def finish(self):
        links = tuple(self.links) if len(self.links) <= LINK_COUNT else None
        if len(self.index) > SOURCE_COUNT:
            links, self.index = None, {}
        offset, length = self.write(marshal.dumps((links, self.index)))
        header = b"STRATAB1" + machinery.MAGIC_NUMBER + sys.hexversion.to_bytes(4, "little")
        self.write(header + offset.to_bytes(8, "little") + length.to_bytes(8, "little"))
        self.output.flush()


def compiled(path, status):
    """The bytecode of a source; None where the interpreter has to look at the source itself."""
    if not stat.S_ISREG(status.st_mode) or status.st_size > SOURCE_BYTES:
        return None
    try:
        with open(path, "rb") as file:
            source = file.read()
        if has_bytecode(path, source, status):
            return None
        with warnings.catch_warnings(record=True) as shown:
            code = compile(source, path, "exec", dont_inherit=True)
        return None if shown else marshal.dumps(code)
    except Exception:  # also RecursionError, MemoryError: its function compiles it, and gets the error
        return None


def has_bytecode(path, source, status):
    """Whether the package has bytecode that the interpreter uses (importlib._bootstrap_external, SourceLoader)."""
    try:
        with open(machinery.cache_from_source(path), "rb") as file:
            data = file.read(16)
        flags = machinery._classify_pyc(data, "", {})
        if flags & 1:
            return not flags & 2 or data[8:] == _imp.source_hash(machinery._RAW_MAGIC_NUMBER, source)
        machinery._validate_timestamp_pyc(data, int(status.st_mtime), status.st_size, "", {})
        return True
    except (OSError, EOFError, ImportError):
        return False


def entries(root):
    """Every entry below a folder, as its name relative to the root and what os.scandir has of it."""
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(root, folder)) as found:
            for entry in sorted(found, key=lambda entry: entry.name):
                name = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if is_for_us(name):
                        folders.append(name + "/")
                else:
                    yield name, entry


def is_for_us(folder):
    """Whether a folder is not the site-packages of another version, in a layer for several."""
    start = "python/lib/python"
    return not folder.startswith(start) or folder[len(start) :].split("/")[0] == "%d.%d" % sys.version_info[:2]


def main(root):
    os.nice(19)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pack = PackWriter(open(1, "wb", buffering=1 << 16, closefd=False))
    for name, entry in entries(root):
        if entry.is_symlink():
            if len(pack.links) <= LINK_COUNT:
                pack.links.append(name)
        elif name.endswith(".py"):
            pack.add(name, entry.path, entry.stat(follow_symlinks=False))
    pack.finish()


if __name__ == "__main__":
    main(sys.argv[1])
