"""Zips whose names, links, kinds of files or records would make a reader write elsewhere, or see something else."""

import struct
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account, refused  # noqa: E402
from forged_zips import Forgery, forged, link_to  # noqa: E402

PLAIN = Forgery()


def named(name):
    return lambda: forged(PLAIN, Forgery(name))


def with_(**fields):
    return lambda: forged(PLAIN, Forgery(b"other", **fields))


ZIP64 = struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63)
REFUSED = {
    **{f"a name: {name!r}": named(name) for name in (
        b"..", b"../x", b"a/../../x", b"a/..", b"./../x", b"a//../../x", b"a/./../../x", b"/x", b"//x", b"/", b"",
        b"a/\0b", b"\0", b"../", b"a/../../", b"x/..//../y")},
    "a name of 256 bytes": named(b"n" * 256),
    "a path of 5 000 bytes": named(b"/".join([b"n" * 99] * 50)),
    "20 000 folders in one path": named(b"a/" * 20_000 + b"x"),
    "a name that is no UTF-8 and climbs": named(b"\xff/../../x"),
    "a link that climbs": lambda: forged(PLAIN, link_to(b"l", b"../x")),
    "a link that climbs from a folder": lambda: forged(PLAIN, link_to(b"a/b/l", b"../../../x")),
    "a link that climbs through a link": lambda: forged(PLAIN, link_to(b"a/l", b".."), link_to(b"m", b"a/l/../x")),
    "a link through a link of a later entry": lambda: forged(
        PLAIN, link_to(b"m", b"a/l/../../x"), link_to(b"a/l", b"..")),
    "a link to the root": lambda: forged(PLAIN, link_to(b"l", b"/")),
    "a link to a process": lambda: forged(PLAIN, link_to(b"l", b"/proc/1/root")),
    "a link to nothing": lambda: forged(PLAIN, link_to(b"l", b"")),
    "a link with a zero byte": lambda: forged(PLAIN, link_to(b"l", b"app.py\0x")),
    "a link of 5 000 bytes": lambda: forged(PLAIN, link_to(b"l", b"n" * 5_000)),
    "a link of 100 MB": lambda: forged(PLAIN, Forgery(b"l", b"x", mode=0o120777, size=100_000_000)),
    "a file through a link": lambda: forged(PLAIN, link_to(b"l", b"."), Forgery(b"l/x")),
    "a file through a link that comes later": lambda: forged(PLAIN, Forgery(b"l/x"), link_to(b"l", b".")),
    "a link in a folder's place": lambda: forged(Forgery(b"d/x"), link_to(b"d", b"e"), Forgery(b"e/y")),
    "a file in a folder's place": lambda: forged(Forgery(b"d/x"), Forgery(b"d")),
    "a folder in a file's place": lambda: forged(Forgery(b"d"), Forgery(b"d/x")),
    "a link and a file of one name": lambda: forged(PLAIN, link_to(b"l", b"x"), Forgery(b"l")),
    **{f"a mode: {mode:o}": with_(mode=mode) for mode in (
        0o104755, 0o102755, 0o101755, 0o106755, 0o020666, 0o060660, 0o010644, 0o140755, 0o160000)},
    "a folder with content": lambda: forged(PLAIN, Forgery(b"d/", b"content", mode=0o040755)),
    **{f"a method: {method}": with_(method=method) for method in (1, 6, 9, 12, 14, 93, 95, 97, 99, 65_535)},
    "encrypted": with_(flags=1), "strongly encrypted": with_(flags=65),
    "a directory that is encrypted": with_(flags=1 << 13), "a patch": with_(flags=1 << 5),
    "another checksum": with_(checksum=1), "a longer size": with_(size=99), "a shorter size": with_(size=1),
    "a longer packed size": with_(packed_size=1 << 30), "4 GB": with_(size=0xFFFFFFFE, packed_size=0xFFFFFFFE),
    "zip64 sizes of exabytes": with_(size=0xFFFFFFFF, packed_size=0xFFFFFFFF, extra=ZIP64),
    "zip64 sizes that are not there": with_(size=0xFFFFFFFF, packed_size=0xFFFFFFFF),
    "another name in front of the content": with_(local_name=b"../x"),
    "another name of the same length there": with_(local_name=b"0ther"),
    "a position beyond the end": with_(offset=1 << 30), "a position in the directory": with_(offset=60),
    "two entries with one content": with_(offset=0),
    "a name beyond the directory": with_(name_length=60_000),
    "extra fields beyond the directory": with_(extra_length=60_000),
    "a comment beyond the directory": with_(comment_length=60_000),
    "zip64 sizes that are cut off": with_(
        size=0xFFFFFFFF, packed_size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 16, 1)),
    "fewer entries than there are": lambda: forged(PLAIN, Forgery(b"other"), count=1),
    "more entries than there are": lambda: forged(PLAIN, count=2),
    "65 534 entries that are not there": lambda: forged(PLAIN, count=65_534),
    "a directory that is longer": lambda: forged(PLAIN, directory_size=10_000),
    "a directory that is shorter": lambda: forged(PLAIN, Forgery(b"other"), directory_size=60),
    "a directory beyond the end": lambda: forged(PLAIN, directory_offset=1 << 31),
    "a directory of 4 GB": lambda: forged(PLAIN, directory_size=0xFFFFFFFE),
    "junk behind the end": lambda: forged(PLAIN, behind=b"\0" * 100),
    "a second zip in the comment": lambda: forged(PLAIN, comment=forged(Forgery(b"other"))),
    "a deflate stream that never ends": with_(method=8, content=b"\x00\x00\x00\xff\xff" * 1_000, size=10),
    "a deflate stream of random bytes": with_(method=8, content=bytes(range(256)) * 16, size=10),
}

# Strange, and nothing to refuse: they stay where they are.
TAKEN = {
    b"..\\..\\evil.py": "..\\..\\evil.py", b"C:\\evil.py": "C:\\evil.py", b"%2e%2e/evil.py": "%2e%2e/evil.py",
    b"...": "...", b"a/.../b": "a/.../b", b"~root": "~root", b"-rf": "-rf", b"new\nline": "new\nline",
    b"CASE.py": "CASE.py", b"case.py": "case.py", "e\u0301.py".encode(): "e\u0301.py",
    "\u00e9.py".encode(): "\u00e9.py",
    "\u202efdp.py".encode(): "\u202efdp.py", b"$(id)": "$(id)", b"n" * 255: "n" * 255,
}
LISTS = b"""
import os
def handler(event, context):
    paths = [os.path.join(folder, each) for folder, _, files in os.walk(event) for each in files]
    return sorted(os.path.relpath(each, event) for each in paths)
"""


@pytest.fixture(scope="module")
def aws(server):
    return Account(server)


@pytest.mark.parametrize("name", REFUSED)
def test_a_zip_that_lies_or_climbs_is_refused_for_layers_and_functions(aws, name):
    package = REFUSED[name]()
    for refusal in (
        refused(aws.lambda_.publish_layer_version, LayerName="bad", Content={"ZipFile": package}),
        refused(aws.lambda_.create_function, **aws.settings() | {"Code": {"ZipFile": package}}),
    ):
        assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400), refusal


def test_names_that_mean_something_elsewhere_mean_nothing_here(either):
    entries = [Forgery(name, flags=0x800) for name in TAKEN]
    layer = either.publish("strange", forged(*entries))["LayerVersionArn"]
    package = forged(Forgery(content=LISTS), *entries)
    name = either.deploy(Layers=[layer], Code={"ZipFile": package})
    assert either.invoke(name, "/opt").value == sorted(TAKEN.values())
    assert either.invoke(name, "/var/task").value == sorted([*TAKEN.values(), "app.py"])


@pytest.mark.parametrize("reverse", [False, True], ids=["link first", "folder first"])
def test_a_link_of_one_layer_carries_no_file_of_another_outside(either, reverse):
    """One layer has a link where the other has a folder."""
    one = either.publish("one", forged(link_to(b"d", b"e"), Forgery(b"e/kept", b"kept")))["LayerVersionArn"]
    two = either.publish("two", forged(Forgery(b"d/planted", b"planted")))["LayerVersionArn"]
    layers = [two, one] if reverse else [one, two]
    name = either.deploy(Layers=layers, Code={"ZipFile": forged(Forgery(content=LISTS))})
    assert set(either.invoke(name, "/opt").value) <= {"d/planted", "e/planted", "e/kept", "d"}
    assert either.invoke(name, "/var/task").value == ["app.py"]


def test_a_folder_has_no_bits_but_those_of_access(either):
    source = b"import os\ndef handler(event, context): return os.stat(event).st_mode & 0o7777\n"
    folders = {f"{bits:o}": Forgery(f"{bits:o}/".encode(), b"", mode=0o040755 | bits)
               for bits in (0o4000, 0o2000, 0o1000)}
    name = either.deploy(Code={"ZipFile": forged(Forgery(content=source), *folders.values())})
    for folder in folders:
        assert either.invoke(name, f"/var/task/{folder}").value == 0o755
