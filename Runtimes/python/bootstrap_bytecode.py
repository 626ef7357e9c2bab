"""Finds the bytecode that the server has compiled of a function's code and layers.

Below FOLDER is a file for each package that has any, a pack, which bytecode_compiler.py describes. A pack belongs to
one package, whose files never change, so its bytecode is used without a look at the source.

Everything else is as without packs: the interpreter's own finder looks for files below /var/task and /opt, and its own
loaders load them. Only the code of a module comes from a pack where one has it. A source that no pack has is compiled,
with its errors and warnings.
"""

import io
import marshal
import sys
from importlib import _bootstrap_external as machinery

FOLDER = "/var/strata/bytecode/"
HEADER = b"STRATAB1" + machinery.MAGIC_NUMBER + sys.hexversion.to_bytes(4, "little")
# The header, the index's place, and the server's digest.
TRAILER_BYTES = len(HEADER) + 16 + 32


class Pack:
    """The bytecode of one package."""

    def __init__(self, path):
        self.path = path
        with io.FileIO(path) as file:
            file.seek(-TRAILER_BYTES, 2)
            trailer = file.read(TRAILER_BYTES)
            if not trailer.startswith(HEADER):
                raise ValueError("made by another interpreter")
            start = len(HEADER)
            offset = int.from_bytes(trailer[start : start + 8], "little")
            length = int.from_bytes(trailer[start + 8 : start + 16], "little")
            file.seek(offset)
            self.links, self.index = marshal.loads(file.read(length))

    def hides(self, name):
        """Whether the package may have something else in the place of a package's source below it."""
        return self.links is None or any(name == link or name.startswith(link + "/") for link in self.links)

    def code(self, place, full_name, path):
        offset, length = place
        with io.FileIO(self.path) as file:
            file.seek(offset)
            data = file.read(length)
        return machinery._compile_bytecode(data, full_name, None, path)


class Root:
    """A folder of packages, one above the other: the function's code, or its layers."""

    def __init__(self, path, packs):
        self.prefix = path + "/"
        self.packs = packs
        loaders = [
            (self.source_loader if loader is machinery.SourceFileLoader else loader, suffixes)
            for loader, suffixes in machinery._get_supported_file_loaders()
        ]
        self.finder = machinery.FileFinder.path_hook(*loaders)

    def path_hook(self, path):
        if not (path + "/").startswith(self.prefix):
            raise ImportError("only for " + self.prefix, path=path)
        return self.finder(path)

    def source_loader(self, full_name, path):
        """The interpreter's own loader; it gets the code from a pack if one has it."""
        loader = machinery.SourceFileLoader(full_name, path)
        pack, place = self.place_of(path)
        if not place:
            return loader

        def get_code(full_name):
            try:
                return pack.code(place, full_name, path)
            except (OSError, EOFError, ValueError, TypeError, ImportError):
                pass  # the pack is out of reach or damaged: compile
            return machinery.SourceFileLoader.get_code(loader, full_name)

        loader.get_code = get_code
        return loader

    def place_of(self, path):
        name = path[len(self.prefix) :]
        for pack in self.packs:
            if name in pack.index:
                return pack, pack.index[name]
            if pack.hides(name):
                break
        return None, None


def install(names):
    """Has the packs of these names used: `task`, and `opt-0` for the uppermost layer and so on."""
    if sys.flags.optimize:
        return
    for path, start in ("/var/task", "task"), ("/opt", "opt-"):
        packs = []
        for name in sorted(name for name in names if name.startswith(start)):
            try:
                packs.append(Pack(FOLDER + name))
            except (OSError, EOFError, ValueError, TypeError):
                break  # without this one, those below cannot be trusted
        if packs:
            root = Root(path, packs)
            sys.path_hooks.insert(0, root.path_hook)
            for place in [place for place in sys.path_importer_cache if (place + "/").startswith(root.prefix)]:
                del sys.path_importer_cache[place]
