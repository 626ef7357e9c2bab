"""The shared libraries of a program: all but glibc are put beside it, so that it runs on every Linux with that glibc."""

import re
import shutil
import subprocess
from pathlib import Path

# What belongs to glibc is the host's: it has to fit the kernel, the name services and the loader.
GLIBC = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util|nsl|anl|BrokenLocale)\.so.*|linux-vdso.*)$")


def needed(program):
    """The files of the libraries that a program loads."""
    listing = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    pairs = re.findall(r"^\s*(\S+) => (\S+) \(", listing, re.MULTILINE)
    return [(name, Path(path)) for name, path in pairs if not GLIBC.match(name)]


def bundle(program, folder):
    """Copies the libraries of a program, and lets all find each other. Returns the glibc version that they need."""
    folder.mkdir(parents=True)
    for name, path in needed(program):
        shutil.copy(path.resolve(), folder / name)
        (folder / name).chmod(0o644)
        subprocess.run(["patchelf", "--set-rpath", "$ORIGIN", folder / name], check=True)
    subprocess.run(["patchelf", "--set-rpath", "$ORIGIN/../lib/strata", program], check=True)
    return max(glibc_version(path) for path in [program, *folder.iterdir()])


def glibc_version(path):
    """The newest glibc of which a file uses a symbol, such as (2, 36)."""
    symbols = subprocess.run(["objdump", "-T", path], check=True, capture_output=True, text=True).stdout
    return max((tuple(map(int, each)) for each in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols)), default=(2, 0))


def copy_copyrights(folder, target):
    """The copyright file of each library's Debian package."""
    target.mkdir()
    for library in sorted(folder.iterdir()):
        owner = subprocess.run(["dpkg", "-S", f"*/{library.name}"], capture_output=True, text=True).stdout
        package = owner.partition(":")[0]
        source = Path("/usr/share/doc") / package / "copyright"
        if package and source.exists():
            shutil.copy(source, target / package)
