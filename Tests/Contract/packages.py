"""Deployment packages built in memory, valid and invalid."""

import base64
import hashlib
import io
import stat
import struct
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Entry:
    """A zip entry with a mode, whose type bits are those of stat(2).

    Without a mode it is like one from Windows.
    """

    content: bytes
    mode: int = stat.S_IFREG | 0o644


def link(target):
    """A symbolic link."""
    return Entry(target.encode(), stat.S_IFLNK | 0o777)


def program(content):
    """A file that can be executed."""
    return Entry(content.encode() if isinstance(content, str) else content, stat.S_IFREG | 0o755)


def zip_of(files, level=6):
    """A zip of name → text, bytes or entry, in that order. A sequence of pairs may name a file twice."""
    pairs = files.items() if isinstance(files, dict) else files
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in pairs:
            entry = content if isinstance(content, Entry) else Entry(bytes_of(content))
            info = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            info.create_system = 0 if entry.mode is None else 3
            info.external_attr = 0x20 if entry.mode is None else entry.mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                archive.writestr(info, entry.content)
    return output.getvalue()


def answering(word):
    """A package whose function returns a word; the handler is `app.handler`."""
    return zip_of({"app.py": f"def handler(event, context): return {word!r}\n"})


def bytes_of(content):
    return content.encode() if isinstance(content, str) else content


def sha256(data):
    """A digest as AWS writes it: base64."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def marked_encrypted(data):
    """The same zip with the encryption bit set in every header (APPNOTE 4.4.4)."""
    output = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = output.find(signature)
        while position >= 0:
            output[position + offset] |= 1
            position = output.find(signature, position + 4)
    return bytes(output)


def with_understated_size(content_bytes, stated_bytes):
    """A zip whose one file unpacks to more than its headers say."""
    data = bytearray(zip_of({"file": bytes(content_bytes)}))
    struct.pack_into("<I", data, data.find(b"PK\x03\x04") + 22, stated_bytes)
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, stated_bytes)
    return bytes(data)


def with_many_entries(count):
    """A zip of `count` empty files, built quickly (APPNOTE 4.3.7, 4.3.12; zip64 ends: 4.3.14 – 4.3.16)."""
    records, directory, position = [], [], 0
    for number in range(count):
        name = b"%08d" % number
        local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
        central = struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 0x314, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0o100644 << 16,
            position,
        )
        records.append(local)
        directory.append(central + name)
        position += len(local)
    body, listing = b"".join(records), b"".join(directory)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(listing), len(body))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(body) + len(listing), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + listing + end64 + locator + end


def installed_files(package, below="", suffixes=None):
    """The files of an installed Python package, as entries of a zip below a folder."""
    module = __import__(package)
    if not getattr(module, "__path__", None):
        source = Path(module.__file__)
        return {below + source.name: source.read_bytes()}
    root = Path(module.__path__[0])
    return {
        below + str(path.relative_to(root.parent)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and (suffixes is None or path.suffix in suffixes)
    }


def boto3_layer(*services):
    """The installed boto3, with the models of Lambda and of further services."""
    files = {}
    for package in ("boto3", "jmespath", "dateutil", "s3transfer", "urllib3", "six"):
        files |= installed_files(package, below="python/")
    needed = [f"data/{service}/" for service in ("lambda", *services)] + [
        "data/endpoints.json", "data/partitions.json", "data/_retry.json", "data/sdk-default-configuration.json",
        "cacert.pem",
    ]
    for name, content in installed_files("botocore", below="python/").items():
        if name.endswith(".py") or any(part in name for part in needed):
            files[name] = content
    return zip_of(files, level=1)
