"""`strata layer check`: zips as tools make them, wheels as pip unpacks them, and files that are neither."""

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import zipfile

import pytest

from server_process import BINARY

ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
OTHER_ARCHITECTURE = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]
METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"


def check(*arguments, environment=None):
    command = [BINARY, "layer", "check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def findings(*arguments):
    """The findings as `{code: finding}`, of layers for this host's architecture unless others are named."""
    if "--architecture" not in arguments:
        arguments += ("--architecture", ARCHITECTURE)
    result = check(*arguments, "--json")
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert result.returncode == (1 if report["errorCount"] else 0)
    return {each["code"]: each for each in report["findings"]}


@pytest.fixture
def layer(tmp_path):
    """Makes a zip of `{path: content}`, `{path: (content, mode)}` or a list of such pairs."""
    def make(files, name="layer.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file, content in files.items() if isinstance(files, dict) else files:
                content, mode = content if isinstance(content, tuple) else (content, 0o100644)
                entry = zipfile.ZipInfo(file)
                entry.external_attr = mode << 16
                packed.writestr(entry, content)
        return path
    return make


def test_a_good_layer_has_no_findings(layer):
    path = layer({"python/six.py": "x = 1\n" * 1000, "bin/tool": ("#!/bin/sh\n", 0o100755)})
    result = check(path, "--runtime", "python3.12")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        f"0 errors, 0 warnings. {path}: 5.9 KB unzipped, 250.0 MB of 250.0 MB left for the function's code\n")


def test_packages_at_the_top_are_errors_and_say_where_they_belong(layer):
    path = layer({"requests/__init__.py": "", "requests-2.32.5.dist-info/METADATA": METADATA.format("requests", 2)})
    result = check(path)
    assert result.returncode == 1
    assert result.stdout.startswith(f"error L101 {path}: requests is at the top of the layer, in /opt; Python looks in "
                                    "/opt/python: zip it as python/requests\n")
    assert "\x1b" not in result.stdout


def test_layers_of_a_function_are_checked_together_in_its_order(layer):
    def idna(version):
        metadata = METADATA.format("idna", version)
        return layer({"python/idna/__init__.py": "", f"python/idna-{version}.dist-info/METADATA": metadata},
                     f"{version}.zip")

    first, second = idna("3.6"), idna("3.7")
    found = findings(first, second)
    assert set(found) == {"L402", "L403"}
    assert found["L402"]["layer"] == str(second)
    assert found["L402"]["paths"] == ["python/idna/__init__.py"]
    assert check(first, second).returncode == 0
    assert check(first, second, "--strict").returncode == 1


def test_what_python_writes_into_zips_is_seen(layer):
    """Modes, links, paths that are there twice, and secrets."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = layer([
            ("python/twice.py", "a"), ("python/twice.py", "b"), ("python/.env", "KEY=1"),
            ("python/tls.key", "-----BEGIN PRIVATE KEY-----\n"), ("extensions/agent", "#!/bin/sh\n"),
            ("python/closed.py", ("", 0o100600)), ("python/link", ("nowhere.py", 0o120777)),
            ("python/home", ("/home/me/file", 0o120777)), ("python/.git/HEAD", "ref"),
            ("python/data.csv", "1,2\n" * (3 << 20)),
        ])
    assert set(findings(path)) == {"L301", "L302", "L303", "L304", "L401", "L501", "L502", "L503", "L506"}


def test_a_folder_is_checked_like_its_zip(tmp_path):
    (tmp_path / "my-layer" / "nodejs" / "node_modules").mkdir(parents=True)
    (tmp_path / "my-layer" / "nodejs" / "node_modules" / "a.js").write_text("")
    assert set(findings(tmp_path, "--runtime", "nodejs22.x")) == {"L102"}
    assert findings(tmp_path / "my-layer", "--runtime", "nodejs22.x") == {}


def compiled_package():
    """The files of an installed package that has a compiled module, and its metadata."""
    for each in importlib.metadata.distributions():
        files = [file for file in each.files or [] if ".." not in file.parts and "__pycache__" not in file.parts]
        if any(".cpython-" in file.name and file.name.endswith(".so") for file in files):
            return each, [file for file in files if file.locate().is_file()]
    return pytest.skip("no package with a compiled module is installed")


def test_a_wheel_is_for_one_python_and_one_architecture(tmp_path):
    package, files = compiled_package()
    path = tmp_path / "layer.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in files:
            packed.write(file.locate(), f"python/{file}")
    own, other = (f"python3.{sys.version_info.minor + step}" for step in (0, 1))
    found = findings(path, "--runtime", own)
    assert not {"L201", "L203", "L205"} & set(found), (package.name, found)
    assert "L203" in findings(path, "--runtime", other)
    assert "L201" in findings(path, "--runtime", own, "--architecture", OTHER_ARCHITECTURE)


def test_a_program_of_this_host_is_read(layer):
    """It needs at least the glibc of its architecture's first version, and no library that Lambda does not have."""
    with open("/usr/bin/true", "rb") as file:
        path = layer({"bin/true": (file.read(), 0o100755)})
    assert set(findings(path)) <= {"L202"}
    assert "L201" in findings(path, "--architecture", OTHER_ARCHITECTURE)


def test_damaged_programs_do_not_stop_the_check(layer):
    with open("/usr/bin/true", "rb") as file:
        content = file.read()
    damaged = content[:24] + b"\xff" * 40 + content[64:]
    assert findings(layer({"bin/a": (content[:100], 0o100755), "bin/b": (damaged, 0o100755)})) == {}


def test_files_that_cannot_be_read_are_named(layer, tmp_path):
    good = layer({"python/six.py": ""})
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(good.read_bytes()[:-10])
    reasons = {tmp_path / "missing.zip": "No such file or directory", text: "not a zip file, or cut off",
               cut: "not a zip file, or cut off"}
    for path, reason in reasons.items():
        result = check(good, path)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"strata layer check: {path}: {reason}\n"


def test_sarif_is_written_beside_the_report(layer, tmp_path):
    path = layer({"six.py": ""})
    log = tmp_path / "report.sarif"
    result = check(path, "--sarif", log)
    assert result.returncode == 1
    assert "error L101" in result.stdout
    sarif = json.loads(log.read_text())
    assert sarif["version"] == "2.1.0"
    run, = sarif["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["L101"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path.as_uri()
    unwritable = check(path, "--sarif", tmp_path / "missing" / "report.sarif")
    assert unwritable.returncode == 2
    assert "No such file or directory" in unwritable.stderr


def test_a_code_is_explained():
    environment = {**os.environ, "TERM": "xterm"}
    result = subprocess.run([BINARY, "explain", "l202"], capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("L202  error    needs a newer glibc\n\n")
    assert subprocess.run([BINARY, "explain", "L999"], capture_output=True).returncode == 2
