"""Real packages in folders, as installers leave them: from this environment, without a network."""

import importlib.metadata
import shutil
import subprocess
import zipfile
from pathlib import Path

from server_process import BINARY

METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"


def strata(*arguments, folder=None, timeout=300):
    """Runs a subcommand of `strata layer`."""
    command = [BINARY, "layer", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=folder)


def install(folder, *names):
    """Copies packages with all files of their records; scripts go to `bin`, as pip's `--target` has it."""
    folder = Path(folder)
    for name in names:
        for file in importlib.metadata.distribution(name).files or []:
            if "__pycache__" in file.parts or not file.locate().is_file():
                continue
            parts = [part for part in file.parts if part != ".."]
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), target)
    return folder


def zip_folder(folder, path, date=(2026, 1, 1, 0, 0, 0)):
    """Zips files with their modes and links, in their order by path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(Path(folder).rglob("*")):
            if file.is_dir() and not file.is_symlink():
                continue
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            is_link = file.is_symlink()
            entry.external_attr = (0o120777 if is_link else 0o100000 | file.stat().st_mode & 0o7777) << 16
            packed.writestr(entry, str(file.readlink()) if is_link else file.read_bytes())
    return path


def contents(path, rename=lambda name: name):
    """`{path: (mode, bytes)}` of a zip's files, by Python's own reader."""
    with zipfile.ZipFile(path) as packed:
        files = [each for each in packed.infolist() if not each.is_dir()]
        return {rename(each.filename): (each.external_attr >> 16, packed.read(each)) for each in files}


def encrypt(path):
    """Marks the first entry of a zip as encrypted."""
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    return path


def original_name(name):
    """Where a function's package had what a layer has at this path."""
    for prefix in ("python/", "nodejs/"):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    assert name.startswith("bin/")
    return name
