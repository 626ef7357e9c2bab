"""The Debian package: the programs with Debian's libraries, and a systemd unit that is off until it is enabled."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

UNIT = Path(__file__).with_name("strata.service")
CONFIGURATION = Path(__file__).with_name("strata.toml")
CONTROL = """Package: strata
Version: {version}
Architecture: {architecture}
Maintainer: Strata's developers <strata@localhost>
Section: devel
Priority: optional
Depends: {depends}
Recommends: python3, uidmap
Suggests: postgresql
Installed-Size: {size}
Description: runs AWS Lambda functions, with layers, on this machine
 Strata speaks AWS's APIs on one port, so that the AWS CLI, boto3 and other
 clients work against it unchanged, and runs functions in sandboxes, without a
 container engine and without a cloud account.
 .
 The unit strata.service is not enabled by the installation.
"""


def write(tree, output, version, root, seconds):
    """Makes the package of a tree that has `usr/bin`."""
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()
    put(UNIT, tree / "usr" / "lib" / "systemd" / "system" / "strata.service")
    put(CONFIGURATION, tree / "etc" / "strata" / "strata.toml")
    put(root / "LICENSE", tree / "usr" / "share" / "doc" / "strata" / "copyright")
    put(root / "CHANGELOG.md", tree / "usr" / "share" / "doc" / "strata" / "CHANGELOG.md")
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) // 1024
    control = CONTROL.format(
        version=version, architecture=architecture, depends=dependencies(tree / "usr" / "bin" / "strata"), size=size)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "DEBIAN" / "conffiles").write_text("/etc/strata/strata.toml\n")
    for path in tree.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        os.utime(path, (seconds, seconds))
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, output / f"strata_{version}_{architecture}.deb"],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(seconds)})


def put(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def dependencies(program):
    """The packages of a program's libraries, with the versions that its symbols need."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "debian").mkdir()
        (Path(folder) / "debian" / "control").write_text("Source: strata\n\nPackage: strata\nArchitecture: any\n")
        listing = subprocess.run(
            ["dpkg-shlibdeps", "-O", program.resolve()], cwd=folder, check=True, capture_output=True, text=True).stdout
    return listing.strip().removeprefix("shlibs:Depends=")
