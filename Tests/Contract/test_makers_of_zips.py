"""Packages as the tools of many makers write them: each is unpacked to what was packed, and runs."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib

import pytest

from account import Account

FILES = {
    "app.py": "import os\nfrom package.deep import word\n\n\ndef handler(event, context):\n"
              "    return [word.WORD, os.access('bin/tool', os.X_OK)]\n",
    "package/__init__.py": "",
    "package/deep/__init__.py": "",
    "package/deep/word.py": "WORD = 'packed'\n",
    "package/deep/café.txt": "é" * 500,
    "bin/tool": "#!/bin/sh\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "bin" / "tool").chmod(0o755)
    return folder


def command(*arguments):
    """A tool that packs the current folder into `out.zip` beside it."""
    def pack(folder):
        if shutil.which(arguments[0]) is None:
            pytest.skip(f"{arguments[0]} is not installed")
        subprocess.run(arguments, cwd=folder, check=True, capture_output=True)
        packed = folder.parent / "out.zip"
        content = packed.read_bytes()
        packed.unlink()
        return content
    return pack


def python_zipfile(folder):
    return command("python3", "-m", "zipfile", "-c", "../out.zip", ".")(folder)


def python_shutil(folder):
    packed = shutil.make_archive(str(folder.parent / "made"), "zip", folder)
    with open(packed, "rb") as file:
        return file.read()


TOOLS = {
    "Info-ZIP": command("zip", "-r", "../out.zip", "."),
    "Info-ZIP without directories": command("zip", "-r", "-D", "../out.zip", "."),
    "Info-ZIP stored": command("zip", "-r", "-0", "../out.zip", "."),
    "Info-ZIP to a pipe": command("sh", "-c", "zip -r - . | cat > ../out.zip"),
    "7-Zip": command("7z", "a", "-tzip", "../out.zip", "."),
    "bsdtar": command("bsdtar", "-a", "-cf", "../out.zip", "."),
    "jar": command("jar", "-cf", "../out.zip", "."),
    "Python's zipfile": python_zipfile,
    "Python's shutil": python_shutil,
}


class Maker:
    """How a maker that is not here writes: headers by the bytes, with all that is its own."""

    def __init__(self, system, mode=0o100644, directory=None, separator="/", follows=False, extra=b""):
        self.system = system
        self.mode = mode
        # The mode of listed directories; none are listed without.
        self.directory = directory
        self.separator = separator
        # Sizes and checksum follow the content: the zip is written to a stream.
        self.follows = follows
        self.extra = extra

    def pack(self, folder):
        out, directory, count = io.BytesIO(), b"", 0
        for path in sorted(folder.rglob("*")):
            if path.is_dir() and self.directory is None:
                continue
            header, local = self.entry(path, str(path.relative_to(folder)), out.tell())
            out.write(local)
            directory += header
            count += 1
        end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), out.tell(), 0)
        return out.getvalue() + directory + end

    def entry(self, path, name, offset):
        is_folder = path.is_dir()
        name = (name + "/" if is_folder else name).replace("/", self.separator).encode()
        content = b"" if is_folder else path.read_bytes()
        mode = self.directory if is_folder else self.mode and self.mode | path.stat().st_mode & 0o111
        # Makers that stream deflate even what is empty.
        is_deflated = bool(content) or self.follows
        packed = zlib.compress(content)[2:-4] if is_deflated else content
        flags = 0x0800 | (8 if self.follows else 0)
        sizes = struct.pack("<III", zlib.crc32(content), len(packed), len(content))
        common = struct.pack("<HHHHH", 20, flags, 8 if is_deflated else 0, 0, 0x5A21)
        local = struct.pack("<I", 0x04034B50) + common + (bytes(12) if self.follows else sizes)
        local += struct.pack("<HH", len(name), 0) + name + packed
        if self.follows:
            local += struct.pack("<I", 0x08074B50) + sizes
        attributes = ((mode or 0) << 16 | (0x10 if is_folder else 0)) & 0xFFFFFFFF
        header = struct.pack("<IH", 0x02014B50, self.system << 8 | 20) + common + sizes
        header += struct.pack("<HHHHHII", len(name), len(self.extra), 0, 0, 0, attributes, offset) + name + self.extra
        return header, local


UNIX, WINDOWS, MACOS = 3, 0, 19
MADE = {
    "Maven": Maker(UNIX, directory=0o177777),
    "Gradle": Maker(UNIX, mode=0o100644, directory=0o40755, follows=True),
    "Go's archive/zip": Maker(UNIX, follows=True),
    "SAM and Serverless": Maker(UNIX, mode=0o100644, follows=True),
    "macOS": Maker(UNIX, directory=0o40755, follows=True, extra=struct.pack("<HHBI", 0x5455, 5, 1, 1_700_000_000)),
    "ditto": Maker(MACOS, directory=0o40755, follows=True),
    ".NET": Maker(WINDOWS, mode=0),
    "Windows' Explorer": Maker(WINDOWS, mode=0, directory=0),
}


def deployed(server, content):
    """What a function answers that is deployed from a zip."""
    account = Account(server)
    return account.invoke(account.deploy(Code={"ZipFile": content})).value


@pytest.mark.parametrize("tool", TOOLS)
def test_packages_of_tools_run(server, folder, tool):
    # These do not write modes.
    is_executable = tool not in ("jar",)
    assert deployed(server, TOOLS[tool](folder)) == ["packed", is_executable]


@pytest.mark.parametrize("maker", MADE)
def test_packages_of_makers_that_are_elsewhere_run(server, folder, maker):
    packed = MADE[maker].pack(folder)
    assert zipfile.ZipFile(io.BytesIO(packed)).testzip() is None
    assert deployed(server, packed) == ["packed", bool(MADE[maker].mode)]


def test_the_other_half_of_a_mac_is_left_where_it_is(server, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "mac")
    (tmp_path / "mac" / "__MACOSX" / "package").mkdir(parents=True)
    (tmp_path / "mac" / "__MACOSX" / "package" / "._word.py").write_bytes(b"\x00\x05\x16\x07Mac OS X")
    assert deployed(server, MADE["macOS"].pack(tmp_path / "mac")) == ["packed", True]


def test_backslashes_are_part_of_names_as_on_lambda(server, folder):
    """PowerShell 5's Compress-Archive means separators. Lambda unpacks files with such names, and so does Strata."""
    account = Account(server)
    packed = Maker(WINDOWS, mode=0, separator="\\").pack(folder)
    failure = account.invoke(account.deploy(Code={"ZipFile": packed})).failure
    assert failure["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'package'" in failure["errorMessage"]

