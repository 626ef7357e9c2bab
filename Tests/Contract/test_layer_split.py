"""`strata layer split`: packages that were really installed, taken apart, and put together by Python's zipfile."""

import json
import os
import signal
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from installed import METADATA, contents, encrypt, install, original_name, strata, zip_folder
from server_process import BINARY

HERE = Path(__file__).parent / "functions"
SDK = ["boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six"]
WEB = ["flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "blinker", "click"]
REST = ["requests", "urllib3", "idna", "certifi", "charset-normalizer", "pillow", "numpy"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = install(tmp_path_factory.mktemp("fat") / "fat", *SDK, *WEB, *REST)
    (folder / "app.py").write_text("import boto3, flask\n")
    (folder / "templates").mkdir()
    (folder / "templates" / "index.html").write_text("<p>hi</p>\n")
    (folder / "run.sh").write_text("#!/bin/sh\nexec flask run\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "latest").symlink_to("templates/index.html")
    return folder


@pytest.fixture(scope="module")
def fat(folder):
    return zip_folder(folder, folder.parent / "fat.zip")


def merged(folder):
    """The files of all archives, as the original had them; no path is in two."""
    files = {}
    for path in sorted(folder.glob("*.zip")):
        found = contents(path, original_name if path.name != "code.zip" else str)
        assert not files.keys() & found.keys()
        files |= found
    return files


def split(path, output, *options):
    result = strata("split", path, "--output", output, *options, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("rule", ["package-group", "size", "change-rate"])
def test_code_and_layers_are_the_package_again(fat, tmp_path, rule):
    report = split(fat, tmp_path, "--by", rule)
    original = contents(fat)
    assert merged(tmp_path) == original
    assert report["provedFiles"] == len(original)
    code = contents(tmp_path / "code.zip")
    assert set(code) == {"app.py", "templates/index.html", "run.sh", "latest"}
    assert len(list(tmp_path.glob("layer-*.zip"))) == len(report["archives"]) - 1 <= 5
    assert report["uploadBytesBefore"] == fat.stat().st_size
    assert report["uploadBytesAfter"] == (tmp_path / "code.zip").stat().st_size
    for archive in report["archives"]:
        with zipfile.ZipFile(archive["path"]) as packed:
            assert packed.testzip() is None


def test_groups_have_what_only_they_need(fat, tmp_path):
    archives = split(fat, tmp_path)["archives"]
    found = {os.path.basename(each["path"]): {package["name"] for package in each["packages"]} for each in archives}
    assert found == {"code.zip": set(), "layer-aws-sdk.zip": set(SDK), "layer-web-framework.zip": set(WEB),
                     "layer-dependencies.zip": set(REST)}
    layer = contents(tmp_path / "layer-web-framework.zip")
    assert "bin/flask" in layer and "python/flask/__init__.py" in layer


def test_python_imports_from_code_and_layers_what_it_imported_before(fat, tmp_path):
    """The search path is that of Lambda: /var/task, then /opt/python."""
    split(fat, tmp_path / "out")
    for archive in (tmp_path / "out").glob("*.zip"):
        target = tmp_path / ("task" if archive.name == "code.zip" else "opt")
        zipfile.ZipFile(archive).extractall(target)
    code = ("import app, boto3, flask, requests, numpy, importlib.metadata as m; print(flask.__file__); "
            "boto3.client('s3', region_name='eu-west-1'); print(m.version('boto3'))")
    result = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True, text=True,
        env={"PYTHONPATH": f"{tmp_path}/task:{tmp_path}/opt/python", "HOME": str(tmp_path)})
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{tmp_path}/opt/python/flask/__init__.py\n")


def test_packages_as_uv_installs_them_are_split_too(tmp_path):
    """FastAPI with Pydantic's compiled core, and boto3, for another machine than this one."""
    folder = tmp_path / "fat"
    command = [Path(sys.executable).parent / "uv", "pip", "install", "--quiet", "--target", folder, "--python-version",
               "3.12", "--python-platform", "aarch64-manylinux_2_28", "--only-binary", ":all:"]
    result = subprocess.run([*command, "fastapi", "pydantic", "boto3", "uvicorn"], capture_output=True, text=True)
    if result.returncode != 0 and ("error sending request" in result.stderr or "dns error" in result.stderr):
        pytest.skip("the package index cannot be reached")
    assert result.returncode == 0, result.stderr
    (folder / "app.py").write_text("import fastapi\n")
    archives = split(folder, tmp_path / "out")["archives"]
    found = {os.path.basename(each["path"]): {package["name"] for package in each["packages"]} for each in archives}
    assert found["layer-web-framework.zip"] >= {"fastapi", "starlette", "pydantic", "pydantic-core", "uvicorn"}
    assert found["layer-aws-sdk.zip"] >= {"boto3", "botocore", "s3transfer", "jmespath", "urllib3"}
    assert merged(tmp_path / "out") == contents(zip_folder(folder, tmp_path / "fat.zip"))


def test_the_same_package_makes_the_same_archives(folder, fat, tmp_path):
    for name, path in (("one", fat), ("two", fat), ("three", folder)):
        split(path, tmp_path / name)
    for archive in (tmp_path / "one").iterdir():
        for other in ("two", "three"):
            if archive.name == "code.zip" and other == "three":
                # A folder lists its folders, also the one that only the code has.
                continue
            assert contents(tmp_path / other / archive.name) == contents(archive)
        assert (tmp_path / "two" / archive.name).read_bytes() == archive.read_bytes()


def test_what_differs_from_an_earlier_package_is_in_the_layer_that_changes_often(folder, fat, tmp_path):
    old = tmp_path / "old"
    install(old, *SDK, *WEB, *[name for name in REST if name != "idna"])
    (old / "six.py").write_text("old = 1\n")
    report = split(fat, tmp_path / "out", "--by", "change-rate", "--previous", zip_folder(old, tmp_path / "old.zip"))
    often, = [each for each in report["archives"] if each["path"].endswith("layer-often.zip")]
    assert {package["name"] for package in often["packages"]} == {"idna", "six"}
    result = strata("split", fat, "--previous", fat)
    assert (result.returncode, result.stderr) == (2, "strata layer split: --previous is for --by change-rate\n")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is missing")
def test_packages_of_node_go_where_node_looks(tmp_path):
    function = tmp_path / "function"
    for name, needs in (("@aws-sdk/client-s3", {}), ("express", {"accepts": "1"}), ("accepts", {}), ("left", {})):
        package = function / "node_modules" / name
        package.mkdir(parents=True)
        (package / "index.js").write_text(f"module.exports = '{name}'\n")
        (package / "package.json").write_text(json.dumps({"name": name, "version": "1", "dependencies": needs}))
    (function / "node_modules" / ".bin").mkdir()
    (function / "node_modules" / ".bin" / "express").symlink_to("../express/index.js")
    (function / "index.js").write_text("console.log(require('express'), require('left'))\n")
    fat = zip_folder(function, tmp_path / "fat.zip")
    report = split(fat, tmp_path / "out", "--runtime", "nodejs22.x")
    assert merged(tmp_path / "out") == contents(fat)
    found = {os.path.basename(each["path"]): {package["name"] for package in each["packages"]}
             for each in report["archives"]}
    assert found["layer-web-framework.zip"] == {"express", "accepts"}
    assert "nodejs/node_modules/.bin/express" in contents(tmp_path / "out" / "layer-web-framework.zip")
    # Node.js finds them by NODE_PATH, as Lambda sets it.
    for archive in (tmp_path / "out").glob("*.zip"):
        zipfile.ZipFile(archive).extractall(tmp_path / ("task" if archive.name == "code.zip" else "opt"))
    node = subprocess.run(["node", tmp_path / "task" / "index.js"], capture_output=True, text=True,
                          env={"NODE_PATH": f"{tmp_path}/opt/nodejs/node_modules", "PATH": os.environ["PATH"]})
    assert node.stdout == "express left\n", node.stderr
    wrong = strata("split", fat, "--runtime", "python3.12", "--output", tmp_path / "none")
    assert wrong.returncode == 1 and "there is nothing to put into layers" in wrong.stderr


def test_a_dry_run_writes_nothing(fat, tmp_path):
    result = strata("split", fat, "--dry-run", folder=tmp_path)
    assert result.returncode == 0
    assert "split/layer-aws-sdk.zip" in result.stdout and "Nothing was written" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_report_says_what_was_proved_and_what_is_saved(fat, tmp_path):
    result = strata("split", fat, "--output", tmp_path)
    assert f"Proved: code and 3 layers, merged as a function sees them, are {fat} again" in result.stdout
    assert "Saved: a change of code uploads " in result.stdout
    assert "in /opt/bin now" in result.stderr
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("make, code, reason", [
    (lambda path: None, 2, "No such file or directory"),
    (lambda path: path.write_text("no zip"), 2, "not a zip file, or cut off"),
    (lambda path: zipfile.ZipFile(path, "w").close(), 1, "there is nothing to put into layers"),
    (lambda path: encrypt(zip_folder(HERE, path)), 2, "encrypted ('"),
    (lambda path: path.write_bytes(zip_folder(HERE, path).read_bytes()[:-9]), 2, "not a zip file, or cut off"),
])
def test_what_cannot_be_split_is_named(tmp_path, make, code, reason):
    path = tmp_path / "bad.zip"
    make(path)
    result = strata("split", path, "--output", tmp_path / "out")
    assert (result.returncode, result.stdout) == (code, "")
    assert reason in result.stderr and str(path) in result.stderr
    assert not (tmp_path / "out").exists()


def package_of(size, tmp_path):
    """A package with content that does not compress, of so many bytes."""
    folder = tmp_path / "large"
    (folder / "x-1.dist-info").mkdir(parents=True)
    (folder / "x-1.dist-info" / "METADATA").write_text(METADATA.format("x", "1"))
    (folder / "x").mkdir()
    (folder / "x" / "__init__.py").write_text("")
    for number in range(size >> 20):
        (folder / "x" / f"{number}.bin").write_bytes(os.urandom(1 << 20))
    (folder / "app.py").write_text("")
    return folder


def test_output_that_cannot_be_written_is_named_and_nothing_is_left(fat, tmp_path):
    (tmp_path / "file").write_text("")
    for output, reason in (("file/out", "Not a directory"), ("missing/out", "No such file or directory")):
        result = strata("split", fat, "--output", tmp_path / output)
        assert (result.returncode, result.stdout) == (1, "")
        assert reason in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_what_was_there(disk, tmp_path):
    out = disk.folder / "out"
    out.mkdir()
    (out / "code.zip").write_text("old")
    result = strata("split", package_of(80 << 20, tmp_path), "--output", out)
    assert result.returncode == 1
    assert "No space left on device" in result.stderr
    assert {each.name: each.read_text() for each in out.iterdir()} == {"code.zip": "old"}


def test_an_interruption_leaves_what_was_there(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "code.zip").write_text("old")
    command = [BINARY, "layer", "split", package_of(64 << 20, tmp_path), "--output", out]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # It is at work when its first temporary file is there.
    while not list(out.glob("*.partial-*")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert {each.name: each.read_text() for each in out.iterdir()} == {"code.zip": "old"}
