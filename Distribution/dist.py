"""Makes the files that users install from a release build: `dist.py BUILD OUTPUT`. Started by script/dist."""

import gzip
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import debian
import libraries
import wheel

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("strata", "strata-init")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit_seconds():
    """The time of all files: that of the commit, so that its builds are the same to the byte."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or output_of("git", "-C", str(ROOT), "log", "-1", "--format=%ct"))


def copy_programs(build, folder):
    """The programs without symbols, of which a third of their size is."""
    folder.mkdir(parents=True)
    for name in PROGRAMS:
        shutil.copy(build / name, folder / name)
        subprocess.run(["strip", "--strip-all", folder / name], check=True)
        (folder / name).chmod(0o755)


def tree_with_libraries(build, tree):
    """A prefix with `bin/` and `lib/strata/`, which works wherever it is. Returns the glibc that it needs."""
    copy_programs(build, tree / "bin")
    glibc = libraries.bundle(tree / "bin" / "strata", tree / "lib" / "strata")
    documents = tree / "share" / "doc" / "strata"
    documents.mkdir(parents=True)
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, documents / name)
    libraries.copy_copyrights(tree / "lib" / "strata", documents / "copyrights")
    return glibc


def write_tarball(tree, name, path, seconds):
    def normal(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = seconds
        return entry

    with open(path, "wb") as file, gzip.GzipFile("", "wb", mtime=seconds, fileobj=file) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(tree, name, recursive=False, filter=normal)
        for entry in sorted(tree.rglob("*")):
            archive.add(entry, f"{name}/{entry.relative_to(tree)}", recursive=False, filter=normal)


def main():
    build, output = Path(sys.argv[1]), Path(sys.argv[2])
    version = output_of(str(build / "strata"), "--version").split()[1]
    machine, seconds = platform.machine(), commit_seconds()
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        glibc = tree_with_libraries(build, tree)
        name = f"strata-{version}-linux-{machine}"
        write_tarball(tree, name, output / f"{name}.tar.gz", seconds)
        wheel.write(tree, output, version, f"manylinux_{glibc[0]}_{glibc[1]}_{machine}", seconds)
        package = Path(folder) / "package"
        copy_programs(build, package / "usr" / "bin")
        debian.write(package, output, version, ROOT, seconds)
    for path in sorted(output.iterdir()):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
