"""The Python wheel: `pip install` puts the programs into the environment's `bin`, and the libraries into its `lib`.

Source: "Binary distribution format", Python Packaging User Guide.
"""

import base64
import hashlib
import time
import zipfile

METADATA = """Metadata-Version: 2.1
Name: strata
Version: {version}
Summary: Runs AWS Lambda functions, with layers, on this machine
License: Apache-2.0
Requires-Python: >=3.9
"""
WHEEL = """Wheel-Version: 1.0
Generator: strata
Root-Is-Purelib: false
Tag: py3-none-{tag}
"""


def write(tree, output, version, tag, seconds):
    """Makes the wheel of a prefix with `bin` and `lib`."""
    files = {f"strata-{version}.data/scripts/{path.name}": path for path in sorted((tree / "bin").iterdir())}
    for part in ("lib", "share"):
        for path in sorted((tree / part).rglob("*")):
            if path.is_file():
                files[f"strata-{version}.data/data/{path.relative_to(tree)}"] = path
    contents = {name: (path.read_bytes(), path.stat().st_mode & 0o777) for name, path in files.items()}
    info = f"strata-{version}.dist-info"
    contents[f"{info}/METADATA"] = (METADATA.format(version=version).encode(), 0o644)
    contents[f"{info}/WHEEL"] = (WHEEL.format(tag=tag).encode(), 0o644)
    rows = [f"{name},sha256={digest(content)},{len(content)}" for name, (content, _) in contents.items()]
    contents[f"{info}/RECORD"] = ("\n".join([*rows, f"{info}/RECORD,,"]).encode() + b"\n", 0o644)
    with zipfile.ZipFile(output / f"strata-{version}-py3-none-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in contents.items():
            entry = zipfile.ZipInfo(name, date_time=time.gmtime(seconds)[:6])
            entry.external_attr = (0o100000 | mode) << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
