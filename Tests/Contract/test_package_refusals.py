"""Refused zips: AWS's error, for layers and functions alike, and nothing left on disk."""

import stat

import pytest

from account import Account, refused
from packages import (
    Entry, link, marked_encrypted, with_many_entries, with_understated_size, zip_of,
)

GOOD = zip_of({"app.py": "def handler(event, context): return 'good'\n" * 100})
LIMIT_BYTES = 262_144_000


def zeros(count):
    return bytes(count)


BAD_PACKAGES = {
    "no bytes at all": lambda: b"",
    "an empty zip": lambda: zip_of({}),
    "not a zip": lambda: b"#!/bin/sh\necho hello\n" * 100,
    "a tar": lambda: b"app.py".ljust(257, b"\0") + b"ustar\0" + b"00" + bytes(1024),
    "truncated at the end": lambda: GOOD[:-30],
    "truncated in the middle": lambda: GOOD[: len(GOOD) // 2],
    "damaged content": lambda: GOOD[:45] + bytes(byte ^ 0x55 for byte in GOOD[45:60]) + GOOD[60:],
    "encrypted": lambda: marked_encrypted(GOOD),
    "a path that climbs out": lambda: zip_of({"../outside.py": "x"}),
    "a path that climbs out later": lambda: zip_of({"python/../../outside.py": "x"}),
    "an absolute path": lambda: zip_of({"/etc/outside": "x"}),
    "a link that climbs out": lambda: zip_of({"escape": link("../../etc/passwd")}),
    "a link to an absolute path": lambda: zip_of({"escape": link("/etc/passwd")}),
    "a file through a link": lambda: zip_of({"escape": link(".."), "escape/outside": "x"}),
    "a link that climbs out through a link": lambda: zip_of({"a/b": link(".."), "a/c": link("b/../../outside")}),
    "a setuid program": lambda: zip_of({"bin/become-root": Entry(b"x", stat.S_IFREG | 0o4755)}),
    "a setgid program": lambda: zip_of({"bin/become-root": Entry(b"x", stat.S_IFREG | 0o2755)}),
    "a character device": lambda: zip_of({"null": Entry(b"", stat.S_IFCHR | 0o666)}),
    "a block device": lambda: zip_of({"disk": Entry(b"", stat.S_IFBLK | 0o660)}),
    "a FIFO": lambda: zip_of({"pipe": Entry(b"", stat.S_IFIFO | 0o644)}),
    "a socket": lambda: zip_of({"socket": Entry(b"", stat.S_IFSOCK | 0o644)}),
    "a name twice with different content": lambda: zip_of([("app.py", "one"), ("app.py", "two")]),
    "a file that is a folder too": lambda: zip_of([("app", "a file"), ("app/module.py", "in a folder")]),
    "a name with a zero byte": lambda: zip_of({"app_py": "x"}).replace(b"app_py", b"app\0py"),
    "more than its headers say": lambda: with_understated_size(zeros(300_000), 1_000),
    "too much when unpacked": lambda: zip_of({"zeros": zeros(LIMIT_BYTES + 1)}, level=1),
    "too many entries": lambda: with_many_entries(200_001),
}


@pytest.fixture(scope="module", params=BAD_PACKAGES)
def bad_package(request):
    return BAD_PACKAGES[request.param]()


@pytest.fixture(scope="module")
def quiet_server(installation):
    """A dedicated server, so that only these tests change its data folder."""
    return installation.start()


@pytest.fixture
def alone(quiet_server):
    return Account(quiet_server)


def stored_files(server):
    """The content of a data folder, without the catalogue's journal."""
    return {
        str(path) for path in server.data.rglob("*") if not path.name.endswith(("-wal", "-shm", "-journal"))
    }


def assert_refused_without_a_trace(server, operation, **parameters):
    before = stored_files(server)
    refusal = refused(operation, **parameters)
    assert refusal.code in ("InvalidParameterValueException", "InvalidZipFileException"), refusal
    assert refusal.status == 400
    assert refusal.message
    assert str(server.data) not in refusal.message
    assert stored_files(server) == before


def test_a_bad_layer_is_refused_without_a_trace(alone, quiet_server, bad_package):
    alone.lambda_.list_layers()
    assert_refused_without_a_trace(
        quiet_server, alone.lambda_.publish_layer_version, LayerName="bad", Content={"ZipFile": bad_package}
    )
    assert alone.lambda_.list_layers()["Layers"] == []
    assert alone.publish("bad", GOOD)["Version"] == 1


def test_a_bad_function_is_refused_without_a_trace(alone, quiet_server, bad_package):
    settings = alone.settings() | {"Code": {"ZipFile": bad_package}}
    assert_refused_without_a_trace(quiet_server, alone.lambda_.create_function, **settings)
    assert alone.lambda_.list_functions()["Functions"] == []


@pytest.mark.parametrize(
    "setting",
    [
        {"LoggingConfig": {"ApplicationLogLevel": "INFO"}},
        {"Runtime": "ruby3.4", "SnapStart": {"ApplyOn": "PublishedVersions"}},
        {"Tags": {"aws:mine": "x"}},
    ],
    ids=lambda setting: next(reversed(setting)),
)
def test_a_function_with_a_bad_setting_is_refused_without_a_trace(alone, quiet_server, setting):
    settings = alone.settings(files={"app.py": f"# {setting}"}, **setting)
    assert_refused_without_a_trace(quiet_server, alone.lambda_.create_function, **settings)


def test_a_bad_update_leaves_the_function_as_it_was(alone, quiet_server):
    name = alone.deploy("def handler(event, context): return 'unharmed'")
    before = alone.lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    for make in ("truncated at the end", "a path that climbs out", "a setuid program"):
        refused(alone.lambda_.update_function_code, FunctionName=name, ZipFile=BAD_PACKAGES[make]())
    assert alone.lambda_.get_function_configuration(FunctionName=name)["CodeSha256"] == before
    assert alone.invoke(name).value == "unharmed"


def test_a_package_that_cannot_be_unzipped_is_refused_in_awss_words(alone):
    refusal = refused(alone.lambda_.publish_layer_version, LayerName="bad", Content={"ZipFile": b"not a zip"})
    words = "Could not unzip uploaded file. Please check your file, then try to upload again."
    assert refusal.message.startswith(words)


def test_an_empty_package_is_refused_in_awss_words(alone):
    refusal = refused(alone.lambda_.publish_layer_version, LayerName="bad", Content={"ZipFile": zip_of({})})
    assert refusal.message == "Uploaded file must be a non-empty zip"


def test_a_package_that_unpacks_to_too_much_is_refused_in_awss_words(alone):
    bomb = BAD_PACKAGES["too much when unpacked"]()
    refusal = refused(alone.lambda_.publish_layer_version, LayerName="bad", Content={"ZipFile": bomb})
    assert f"{LIMIT_BYTES}" in refusal.message
    assert refusal.message.startswith("Unzipped size must be smaller than")


def test_a_function_and_its_layers_share_one_limit(alone):
    half = zip_of({"zeros": zeros(LIMIT_BYTES // 2)}, level=1)
    layer = alone.publish("half", half)["LayerVersionArn"]
    other = alone.publish("other-half", half)["LayerVersionArn"]
    refusal = refused(alone.lambda_.create_function, **alone.settings(Layers=[layer, other]))
    assert refusal.code == "InvalidParameterValueException"
    assert f"{LIMIT_BYTES}" in refusal.message


def test_a_zip_made_in_other_ways_is_taken(alone):
    """Zips of real tools: without modes, as on Windows; with folder entries; with duplicate entries."""
    plain = Entry(b"def handler(event, context): return 'taken'\n", mode=None)
    folder = Entry(b"", stat.S_IFDIR | 0o755)
    code = zip_of([("app.py", plain), ("lib/", folder), ("lib/empty/", folder), ("app.py", plain)])
    assert alone.invoke(alone.deploy(Code={"ZipFile": code})).value == "taken"
