"""Bytecode is never another source's: not by layers, updates, functions or packages that try."""

import hashlib
import importlib
import sys

import pytest

from packages import Entry, link, zip_of
from packs import PADDING, TELLER, deploy, index_of, packs, restart, tag, wait_for_packs


def test_the_uppermost_layer_wins_as_in_the_union(aws):
    names = ["both", "broken", "lower", "moved/__init__", "linked"]
    lower = {f"python/{name}.py": "VALUE = 'lower'" for name in names}
    upper = {
        "python/both.py": "VALUE = 'upper'", "python/broken.py": "VALUE = (",
        "python/elsewhere/__init__.py": "VALUE = 'upper'",
        "python/moved": link("elsewhere"), "python/linked.py": link("both.py"),
    }  # fmt: skip
    name = deploy(aws, {}, [lower, upper])
    # What is reached through a link is loaded from its source.
    assert aws.invoke(name, ["both", "lower", "moved", "linked"]).value == {
        "both": ["upper", True], "lower": ["lower", True], "moved": ["upper", False], "linked": ["upper", False],
    }  # fmt: skip
    assert aws.invoke(name, ["broken"]).failure["errorType"] == "SyntaxError"


def test_a_layer_that_is_not_compiled_yet_hides_what_is_below_it(aws):
    """Two layers have the same file, and only the lower one's pack is there: it must not be used."""
    lower, upper = zip_of({"python/both.py": "VALUE = 'lower'"}), zip_of({"python/both.py": "VALUE = 'upper'"})
    arns = [aws.publish("lower", lower, CompatibleRuntimes=[aws.server.runtime])["LayerVersionArn"]]
    wait_for_packs(aws.server, lower)
    arns.append(aws.publish("upper", upper)["LayerVersionArn"])
    assert hashlib.sha256(upper).hexdigest() not in packs(aws.server)
    name = aws.deploy(TELLER, Layers=arns)
    assert aws.invoke(name, ["both"]).value["both"][0] == "upper"
    wait_for_packs(aws.server, upper)
    restart(aws, name)
    assert aws.invoke(name, ["both"]).value == {"both": ["upper", True]}


def test_changed_code_never_gets_older_bytecode(aws):
    name = deploy(aws, {"value.py": "VALUE = 0"})
    for value in range(1, 6):
        code = zip_of({"app.py": TELLER, "value.py": f"VALUE = {value}"})
        aws.lambda_.update_function_code(FunctionName=name, ZipFile=code)
        aws.wait_until_updated(name)
        assert aws.invoke(name, ["value"]).value["value"][0] == value
        wait_for_packs(aws.server, code)
        restart(aws, name)
        assert aws.invoke(name, ["value"]).value == {"value": [value, True]}


POISONER = PADDING + """
import ctypes, os, subprocess, sys

FAKE = b"print('poisoned')"

def attempt(work):
    try:
        work()
        return "done"
    except OSError as error:
        return error.strerror

def write(path):
    with open(path, "wb") as file:
        file.write(FAKE)

def mount(source, target):
    if ctypes.CDLL(None, use_errno=True).mount(source.encode(), target.encode(), None, 4096, None):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def handler(event, context):
    pack = "/var/strata/bytecode/task"
    return {
        "value": __import__("value").VALUE,
        "overwrite": attempt(lambda: write(pack)),
        "append": attempt(lambda: open(pack, "ab")),
        "truncate": attempt(lambda: os.truncate(pack, 0)),
        "chmod": attempt(lambda: os.chmod(pack, 0o777)),
        "remove": attempt(lambda: os.unlink(pack)),
        "add": attempt(lambda: write("/var/strata/bytecode/opt-0")),
        "rename": attempt(lambda: os.rename("/var/strata/bytecode", "/var/strata/other")),
        "mount": attempt(lambda: mount("/tmp", "/var/strata/bytecode")),
        "cache": attempt(lambda: os.mkdir("/var/task/__pycache__")),
        "runtime": attempt(lambda: write("/var/runtime/bootstrap_bytecode.py")),
    }
"""


def test_a_function_cannot_change_its_bytecode(either):
    code = zip_of({"app.py": POISONER, "value.py": "VALUE = 'right'"})
    name = either.deploy(Code={"ZipFile": code})
    wait_for_packs(either.server, code)
    before = packs(either.server)[hashlib.sha256(code).hexdigest()].read_bytes()
    for _ in range(2):
        restart(either, name)
        outcome = either.invoke(name).value
        assert outcome.pop("value") == "right"
        refusals = {"Read-only file system", "Operation not permitted", "Permission denied"}
        assert set(outcome.values()) <= refusals, outcome
    assert packs(either.server)[hashlib.sha256(code).hexdigest()].read_bytes() == before


def bytecode(source, value_source, seconds):
    """A .pyc that claims to be made of a source, with other code in it."""
    code = compile(value_source, "x", "exec")
    return bytes(importlib._bootstrap_external._code_to_timestamp_pyc(code, seconds, len(source)))


@pytest.fixture
def same_version(aws):
    if aws.server.runtime != "python%d.%d" % sys.version_info[:2]:
        pytest.skip("the tests' interpreter is not the functions'")


def test_bytecode_of_a_package_counts_as_the_interpreter_has_it_and_for_that_package_only(aws, same_version):
    """On Lambda, a package's own __pycache__ is used where its time is the source's. It changes no other package."""
    source = "VALUE = 'source'\n"
    own = {
        "python/fresh.py": source, "python/stale.py": source, "python/alone.pyc": bytecode(b"", "VALUE = 'alone'", 0),
        f"python/__pycache__/fresh.{tag(aws)}.pyc": bytecode(source, "VALUE = 'shipped'", 1767225600),
        f"python/__pycache__/stale.{tag(aws)}.pyc": bytecode(source, "VALUE = 'shipped'", 1234567890),
        f"python/__pycache__/unsourced.{tag(aws)}.pyc": bytecode(source, "VALUE = 'shipped'", 0),
    }  # fmt: skip
    name = deploy(aws, {}, [own], Environment={"Variables": {"TZ": "UTC"}})
    found = aws.invoke(name, ["fresh", "stale", "alone"]).value
    assert found == {"fresh": ["shipped", False], "stale": ["source", True], "alone": ["alone", False]}
    assert aws.invoke(name, ["unsourced"]).failure["errorType"] == "ModuleNotFoundError"
    other = deploy(aws, {}, [{"python/fresh.py": source}])
    assert aws.invoke(other, ["fresh"]).value == {"fresh": ["source", True]}


def test_files_and_links_with_the_names_of_packs_are_just_files(aws):
    pack = b"STRATAB1" + b"\0" * 64
    names = [f"{folder}{name}" for folder in ("", "python/") for name in ("task", "opt-0", "var/strata/bytecode/task")]
    names = dict.fromkeys(names, pack)
    layer = names | {"python/value.py": "VALUE = 1", "strata": link("python"), "python/bytecode": link("value.py")}
    name = deploy(aws, {**names, "mine.py": "VALUE = 2"}, [layer])
    assert aws.invoke(name, ["value", "mine"]).value == {"value": [1, True], "mine": [2, True]}


def test_the_compiler_imports_and_runs_nothing_of_a_package(aws, same_version):
    """Each of these would write into the pack, or end the compiler, if it were run."""
    bad = "import os\nos.write(1, b'poison' * 100)\nos._exit(0)\n"
    modules = ["sitecustomize", "usercustomize", "marshal", "warnings", "os", "codecs", "encodings/__init__",
               "encodings/mine", "importlib/__init__", "bytecode_compiler", "_imp", "stat"]  # fmt: skip
    files = {f"{folder}{module}.py": bad for folder in ("", "python/") for module in modules}
    layer = zip_of(files | {
        "python/cookie.py": "# -*- coding: mine -*-\nVALUE = 1\n", "python/path.pth": "import os; os._exit(0)",
        "python/value.py": "VALUE = 1",
    })
    code = zip_of(files | {"app.py": TELLER})
    aws.publish("hostile", layer, CompatibleRuntimes=[aws.server.runtime])
    aws.deploy(Code={"ZipFile": code})
    wait_for_packs(aws.server, layer, code)
    links, index = index_of(packs(aws.server)[hashlib.sha256(layer).hexdigest()])
    assert links == () and index.keys() == {*files, "python/cookie.py", "python/value.py"}
    assert [name for name, place in index.items() if place is None] == ["python/cookie.py"]


HOSTILE = {
    "nested": "(" * 100_000,
    "calls": "f(" * 5_000 + ")" * 5_000,
    "additions": "1" + "+1" * 200_000,
    "indented": "".join(" " * depth + "if 1:\n" for depth in range(150)),
    "null": "VALUE = 1\0",
    "encoding": "# coding: no-such-thing\n",
    "bytes": Entry(b"VALUE = '\xff'\n"),
    "huge": "VALUE = 1\n" + "# nothing\n" * 500_000,
    "power": "VALUE = 9 ** 9 ** 9\n",
    "string": "VALUE = 'a' * 10 ** 12\n",
}


def test_hostile_sources_do_no_harm(aws):
    """They fail in the function as they would without packs, and what is beside them is compiled."""
    layer = {f"python/{name}.py": source for name, source in HOSTILE.items() if name not in ("power", "string")}
    layer |= {"python/value.py": "VALUE = 1", "python/power_later.py": f"def f():\n    {HOSTILE['power']}VALUE = 2\n"}
    layer |= {f"python/{'d/' * 100}x.py": "VALUE = 3", "python/folder.py/x.py": "VALUE = 4"}
    name = deploy(aws, {}, [layer], MemorySize=1024, Timeout=60)
    assert aws.invoke(name, ["value"]).value == {"value": [1, True]}
    for each in ("null", "encoding", "bytes"):
        assert aws.invoke(name, [each]).failure["errorType"] in ("SyntaxError", "ValueError"), each


def test_many_sources_are_no_burden(aws):
    """A package of many small sources: its functions run, with or without a pack."""
    files = {f"many/m{number}.py": "" for number in range(20_000)}
    name = deploy(aws, files | {"value.py": "VALUE = 1"}, MemorySize=512)
    assert aws.invoke(name, ["value"]).value == {"value": [1, True]}
