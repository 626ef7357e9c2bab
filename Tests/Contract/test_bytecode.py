"""Bytecode that the server makes of published packages: found by cold starts, and unseen otherwise."""

import hashlib

from account import Account
from operators import until
from packages import zip_of
from packs import PADDING, TELLER, deploy, many_modules, packs, restart, tag, wait_for_packs


def test_modules_of_code_and_layers_come_from_packs(either):
    name = deploy(
        either, {"mine.py": "VALUE = 'mine'", "package/__init__.py": "VALUE = 'package'"},
        [{"python/theirs.py": "VALUE = 'theirs'",
          f"python/lib/{either.server.runtime}/site-packages/deep.py": "VALUE = 'deep'"}],
    )  # fmt: skip
    names = ["mine", "package", "theirs", "deep"]
    assert either.invoke(name, names).value == {each: [each, True] for each in names}


def test_an_invocation_before_its_packages_are_compiled_runs_without(aws):
    slow = {f"python/slow/m{number}.py": f"def f{number}(): return [{number}] * 3\n" * 40 for number in range(400)}
    layer = aws.publish("slow", slow | {"python/value.py": "VALUE = 1"})["LayerVersionArn"]
    name = aws.deploy(PADDING + TELLER, Layers=[layer])
    value, _ = aws.invoke(name, ["value"]).value["value"]
    assert value == 1


def test_opt_and_the_task_root_hold_what_the_zips_hold(aws):
    files = {"app.py": TELLER, "a/b.py": "VALUE = 1", "a/data.txt": "text"}
    layer = {"python/c/__init__.py": "VALUE = 2", "bin/tool": "#!/bin/sh"}
    name = deploy(aws, files, [layer])
    assert aws.invoke(name, ["c"]).value == {"c": [2, True]}
    assert aws.invoke(name, "list").value == {"/var/task": sorted(files), "/opt": sorted(layer)}


def test_a_source_with_warnings_gives_them_at_every_cold_start(aws):
    code = {"noisy.py": "VALUE = (1 is 1)\n"}
    name = deploy(aws, code)
    for _ in range(2):
        answer = aws.invoke(name, ["noisy"])
        assert answer.value == {"noisy": [True, False]}
        assert "SyntaxWarning" in answer.log
        restart(aws, name)


FACTS = PADDING + """
import importlib.resources, inspect, pkgutil, traceback, package.module as module

def handler(event, context):
    if event:
        return module.fail()
    loader = module.__spec__.loader
    return {
        "file": module.__file__, "cached": module.__cached__, "origin": module.__spec__.origin,
        "loader": type(loader).__qualname__, "is loader": module.__loader__ is loader, "path": list(module.__package__),
        "source": inspect.getsource(module.fail), "code": module.fail.__code__.co_filename,
        "data": importlib.resources.files("package").joinpath("data.txt").read_text(),
        "modules": sorted(found.name for found in pkgutil.iter_modules(__import__("package").__path__)),
        "space": list(__import__("space.inner").__path__), "doc": module.__doc__,
    }
"""


def test_a_function_sees_nothing_else_of_it(aws):
    files = {
        "app.py": FACTS, "package/__init__.py": "", "package/data.txt": "data",
        "package/module.py": '"""Words."""\n\ndef fail():\n    raise ValueError("failed")\n', "space/inner.py": "",
    }  # fmt: skip
    code = zip_of(files)
    # Optimized interpreters use no packs: the same facts without one.
    plain = aws.deploy(Code={"ZipFile": code}, Environment={"Variables": {"PYTHONOPTIMIZE": "1"}})
    name = aws.deploy(Code={"ZipFile": code})
    wait_for_packs(aws.server, code)
    restart(aws, name)
    facts, reference = aws.invoke(name).value, aws.invoke(plain).value
    assert facts | {"cached": ""} == reference | {"cached": ""}
    assert facts["cached"] == f"/var/task/package/__pycache__/module.{tag(aws)}.pyc"
    assert aws.invoke(name, 1).failure | {"requestId": ""} == aws.invoke(plain, 1).failure | {"requestId": ""}


def test_packs_go_with_the_last_row_that_names_the_package(aws):
    code = zip_of({"app.py": TELLER, "once.py": f"VALUE = {aws.number!r}"})
    layer = zip_of({"python/a.py": f"# {aws.number}"})
    arn = aws.publish("gone", layer, CompatibleRuntimes=[aws.server.runtime])
    name = aws.deploy(Code={"ZipFile": code})
    wait_for_packs(aws.server, code, layer)
    aws.lambda_.delete_function(FunctionName=name)
    aws.lambda_.delete_layer_version(LayerName="gone", VersionNumber=arn["Version"])
    digests = {hashlib.sha256(each).hexdigest() for each in (code, layer)}
    until(lambda: not digests & packs(aws.server).keys(), "the compiler")


def test_a_damaged_pack_is_never_used_and_made_again(installation):
    server = installation.start()
    aws = Account(server)
    name = deploy(aws, {"value.py": "VALUE = 'right'"})
    server.stop()
    for path in packs(server).values():
        content = bytearray(path.read_bytes())
        place = content.find(b"right")
        content[place : place + 5] = b"wrong"
        path.write_bytes(content)
    again = installation.start(server.data)
    aws = aws.reconnected(again)
    assert aws.invoke(name, ["value"]).value == {"value": ["right", False]}
    until(lambda: packs(again), "the compiler")
    restart(aws, name)
    assert aws.invoke(name, ["value"]).value == {"value": ["right", True]}
    again.stop()


def test_a_kill_while_it_compiles_leaves_nothing_half_done(installation):
    server = installation.start()
    aws = Account(server)
    many = many_modules(1500)
    layer = zip_of(many | {"python/value.py": "VALUE = 'right'"}, level=1)
    arn = aws.publish("many", layer, CompatibleRuntimes=[server.runtime])["LayerVersionArn"]
    name = aws.deploy(TELLER, Layers=[arn])
    ingest = server.data / "bytecode" / "ingest"
    until(lambda: any(path.stat().st_size > 0 for path in ingest.iterdir()), "the compiler")
    server.kill()
    assert hashlib.sha256(layer).hexdigest() not in packs(server)
    again = installation.start(server.data)
    aws = aws.reconnected(again)
    assert list(ingest.iterdir()) == []
    assert aws.invoke(name, ["value"]).value == {"value": ["right", False]}
    wait_for_packs(again, layer)
    restart(aws, name)
    assert aws.invoke(name, ["value"]).value == {"value": ["right", True]}
    for path in packs(again).values():
        content = path.read_bytes()
        assert hashlib.sha256(content[:-32]).digest() == content[-32:]
    again.stop()


def test_a_stop_does_not_wait_for_the_compiler(installation):
    server = installation.start()
    aws = Account(server)
    many = many_modules(3000)
    aws.publish("many", zip_of(many, level=1), CompatibleRuntimes=[server.runtime])
    until(lambda: list((server.data / "bytecode" / "ingest").iterdir()), "the compiler")
    exit_code, seconds = server.stop()
    assert exit_code == 0 and seconds < 5
    assert list((server.data / "bytecode" / "ingest").iterdir()) == []
