"""boto3 in Python runtimes: installed once, found after code and layers, and never half of it."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from account import Account
from boto3_cache import CALLER, NEWEST, NO_NEED, OLDER, Boto3
from operators import until
from packages import zip_of
from small_disk import MountFailure, SmallDisk

@pytest.fixture
def boto3(installation):
    return Boto3(installation)


@pytest.fixture(scope="module")
def shared_boto3(installation):
    """A cache that tests share which do not look at the installation itself."""
    return Boto3(installation)


def test_functions_of_every_python_import_boto3_and_call_back(shared_boto3):
    server = shared_boto3.start(runtimes=False)
    aws = Account(server)
    found = json.loads(shared_boto3.doctor("--json"))["runtimes"]
    assert found
    for entry in found:
        name = shared_boto3.deploy(aws, Runtime=entry["runtime"])
        version = OLDER if entry["runtime"] == "python3.9" else NEWEST
        assert aws.invoke(name).value == {
            "version": version, "file": "/var/runtime/boto3/__init__.py", "name": name,
        }  # fmt: skip
        assert f"{entry['runtime']}{' ' * 6}"[:16] in shared_boto3.doctor() and version in shared_boto3.doctor()
    assert f"boto3 {NEWEST} is installed for " in server.stderr()
    server.stop()


def test_functions_of_an_ordinary_users_server_have_it(ordinary_installation):
    boto3 = Boto3(ordinary_installation)
    server = boto3.start()
    aws = Account(server)
    assert aws.invoke(boto3.deploy(aws)).value["version"] in (NEWEST, OLDER)
    server.stop()


HOST_FINDER = """
import importlib.util, os, subprocess, sys
def handler(event, context):
    found = [name for name in event if importlib.util.find_spec(name)]
    child = "import importlib.util, sys; print([name for name in sys.argv[1:] if importlib.util.find_spec(name)])"
    inherited = dict(os.environ)
    bare = {"LD_LIBRARY_PATH": os.environ["LD_LIBRARY_PATH"]}
    command = [sys.executable, "-c", child, *event]
    outputs = [subprocess.run(command, env=variables, capture_output=True, text=True).stdout
               for variables in (inherited, bare)]
    return [found, *outputs]
"""


BROUGHT = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")


def host_packages(interpreter):
    """The names of every module that an interpreter of this host finds beside its library."""
    program = (
        "import json, pkgutil, site, sys; print(json.dumps(sorted({found.name for found in pkgutil.iter_modules("
        "site.getsitepackages() + ['/usr/lib/python3/dist-packages'])})))"
    )
    names = json.loads(subprocess.run([interpreter, "-c", program], capture_output=True, check=True).stdout)
    return [name for name in names if not name.startswith("_") and name.isidentifier()]


def variables_of_a_shell(folder, runtimes):
    """What may be set where a server is started, with a module in each place, and the modules' names."""
    places = {"of_the_shell": folder / "path"}
    for runtime in runtimes:
        places[f"of_the_user_{runtime[-2:].strip('.')}"] = folder / "base" / "lib" / runtime / "site-packages"
    for name, place in places.items():
        place.mkdir(parents=True)
        (place / f"{name}.py").write_text("")
    variables = {
        "PYTHONPATH": folder / "path", "PYTHONUSERBASE": folder / "base", "PYTHONHOME": folder / "path",
        "PYTHONSTARTUP": folder / "path" / "of_the_shell.py", "VIRTUAL_ENV": folder / "base",
    }
    return {name: str(value) for name, value in variables.items()}, list(places)


def test_functions_find_no_package_of_the_host(shared_boto3):
    found = json.loads(shared_boto3.doctor("--json"))["runtimes"]
    variables, of_the_shell = variables_of_a_shell(
        shared_boto3.installation.folder("shell-"), [entry["runtime"] for entry in found])
    server = shared_boto3.start(runtimes=False, **variables)
    aws = Account(server)
    checked = 0
    for entry in found:
        names = [name for name in host_packages(entry["executable"]) if name not in BROUGHT] + of_the_shell
        name = shared_boto3.deploy(aws, HOST_FINDER, Runtime=entry["runtime"])
        assert aws.invoke(name, names).value == [[], "[]\n", "[]\n"], entry
        checked += len(names)
    assert checked, "no interpreter here has packages"
    server.stop()


def test_code_comes_before_layers_and_layers_before_the_runtimes_own(shared_boto3):
    server = shared_boto3.start()
    aws = Account(server)
    own = {"boto3/__init__.py": "__version__ = {!r}\n"}
    layer = {f"python/{name}": source.format("layer's") for name, source in own.items()}
    code = {name: source.format("code's") for name, source in own.items()}
    source = "import boto3\ndef handler(event, context):\n    return boto3.__version__\n"
    arn = aws.publish("own", layer)["LayerVersionArn"]

    def deploy(files, layers):
        return aws.deploy(Code={"ZipFile": zip_of({"app.py": source, **files})}, Layers=layers)

    assert aws.invoke(deploy(code, [arn])).value == "code's"
    assert aws.invoke(deploy({}, [arn])).value == "layer's"
    shared_boto3.deploy(aws)
    assert aws.invoke(deploy({}, [])).value in (NEWEST, OLDER)
    server.stop()


def test_a_version_can_be_pinned(shared_boto3):
    pinned = shared_boto3.start("--boto3-version", OLDER)
    aws = Account(pinned)
    # The cache may have another version of the same runtime already.
    name = shared_boto3.deploy(aws)
    until(lambda: OLDER in shared_boto3.doctor(), "the pinned version")
    assert aws.invoke(name).value["version"] == OLDER
    assert f"{OLDER} (--boto3-version {OLDER})" in shared_boto3.doctor()
    pinned.stop()


def test_none_means_none(shared_boto3):
    server = shared_boto3.start("--boto3-version", "none")
    aws = Account(server)
    failure = aws.invoke(aws.deploy(CALLER)).failure
    assert failure["errorMessage"] == "No module named 'boto3'"
    server.stop()


def test_a_version_that_is_none_is_refused(installation):
    command = installation.command("start", "--boto3-version", "newest")
    done = subprocess.run(command, env=installation.environment(), capture_output=True, text=True)
    assert done.returncode == 2
    assert "'latest', 'none' or a version such as 1.44.5" in done.stderr


@pytest.mark.parametrize("cause", ["no network", "no uv"])
def test_without_it_functions_run_and_log_and_doctor_say_why(boto3, cause):
    variables = {"UV_FIND_LINKS": "/nowhere"} if cause == "no network" else {"STRATA_UV": "/nowhere/uv"}
    server = boto3.start(**variables)
    aws = Account(server)
    assert aws.invoke(aws.deploy(NO_NEED)).value == "answer"
    assert aws.invoke(aws.deploy(CALLER)).failure["errorMessage"] == "No module named 'boto3'"
    reason = "boto3 could not be installed: " if cause == "no network" else "uv is needed and not found"
    assert "The SDK of a runtime could not be installed" in server.stderr() and reason in server.stderr()
    assert reason in boto3.doctor()
    server.stop()
    assert boto3.folders("drafts") + boto3.folders("runtimes") == []


def test_servers_that_start_together_install_it_once(boto3):
    counting = boto3.installer('echo >> "$HERE/count"; exec "$UV" "$@"')
    servers = [boto3.start(STRATA_UV=str(counting)) for _ in range(3)]
    answers = []

    def use(server):
        aws = Account(server)
        answers.append(aws.invoke(boto3.deploy(aws)).value["version"])

    threads = [threading.Thread(target=use, args=[server]) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3 and set(answers) <= {NEWEST, OLDER}
    assert (counting.parent / "count").read_text() == "\n"
    for server in servers:
        server.stop()


HALF = """
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/boto3"
echo '__version__ = "half"' > "$2/boto3/__init__.py"
touch "$HERE/half"
while [ ! -e "$HERE/go" ]; do sleep 0.1; done
"""


def test_half_an_installation_of_a_killed_server_is_never_used(boto3):
    half = boto3.installer(HALF)
    server = boto3.start(STRATA_UV=str(half))
    Account(server).deploy(CALLER)
    until(lambda: (half.parent / "half").exists(), "half an installation")
    server.kill()
    assert boto3.folders("sdk/" + server.runtime) + boto3.folders("runtimes") == []
    # The installer of the killed server still runs, and ends while the next one is at work.
    again = boto3.start(data=server.data)
    aws = Account(again)
    (half.parent / "go").touch()
    name = boto3.deploy(aws)
    assert aws.invoke(name).value["version"] in (NEWEST, OLDER)
    assert boto3.folders("drafts") == []
    again.stop()


def test_a_function_waits_a_moment_for_it_and_a_stop_does_not(boto3):
    """An installer that never ends: the first function runs without after twenty seconds."""
    slow = boto3.installer(HALF)
    server = boto3.start(STRATA_UV=str(slow))
    aws = Account(server)
    assert aws.invoke(aws.deploy(NO_NEED, Timeout=1)).value == "answer"
    exit_code, seconds = server.stop()
    (slow.parent / "go").touch()
    assert exit_code == 0 and seconds < 5
    assert boto3.folders("drafts") + boto3.folders("runtimes") == []


@pytest.fixture
def tiny_disk(installation):
    if os.geteuid() != 0:
        pytest.skip("only root can mount the small disk")
    try:
        disk = SmallDisk(installation.folder("disk-"), mebibytes=16)
    except MountFailure as failure:
        pytest.skip(f"cannot mount a tmpfs: {failure}")
    yield disk
    disk.close()


def test_a_full_disk_leaves_nothing_half_installed(boto3, tiny_disk):
    boto3.cache = Path(tiny_disk.folder)
    server = boto3.start(UV_CACHE_DIR=str(boto3.installation.folder("uv-cache-")))
    aws = Account(server)
    assert aws.invoke(aws.deploy(NO_NEED)).value == "answer"
    assert "No space left on device" in server.stderr()
    assert boto3.folders("drafts") + boto3.folders("runtimes") + boto3.folders("sdk/" + server.runtime) == []
    server.stop()


def test_a_cache_that_is_removed_is_made_again(boto3):
    server = boto3.start()
    aws = Account(server)
    name = boto3.deploy(aws)
    version = aws.invoke(name).value["version"]
    shutil.rmtree(boto3.cache / "strata")
    aws.change(name, Description="another environment")
    boto3.deploy(aws, NO_NEED)
    assert aws.invoke(name).value["version"] == version
    server.stop()


@pytest.mark.parametrize("place", ["another user's", "a file"])
def test_without_a_usable_cache_the_data_folder_has_it(boto3, place):
    if place == "a file":
        (boto3.cache / "strata").touch()
    else:
        (boto3.cache / "strata").mkdir()
        os.chown(boto3.cache / "strata", 12_345, 12_345) if os.geteuid() == 0 else pytest.skip("needs root")
    server = boto3.start()
    aws = Account(server)
    name = boto3.deploy(aws, cache=server.data / "cache")
    assert aws.invoke(name).value["version"] in (NEWEST, OLDER)
    server.stop()
