"""`strata layer build`: real packages, the same bytes everywhere, and every input."""

import base64
import csv
import hashlib
import io
import json
import marshal
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from built_layers import (
    MACHINES, PACKAGES, TRICKY, UV, build, built, check_build, check_imports, environment, findings, requirements, tiny,
    uncached,
)
from server_process import BINARY

SMALL = ["pydantic", "psycopg2-binary", "redis"]
PYTHONS = [f"python3.{minor}" for minor in range(9, 14)]


@pytest.fixture(scope="module")
def here(server):
    """A runtime of this host: its interpreter makes bytecode, and runs functions."""
    return server.runtime


@pytest.mark.parametrize("architecture", MACHINES)
def test_a_layer_is_for_its_target(server, here, tmp_path, architecture):
    layer = check_build(tmp_path, SMALL, here, architecture)
    if architecture == "x86_64" and os.uname().machine == "x86_64":
        assert check_imports(server, layer, SMALL, here) == []


@pytest.fixture(scope="module")
def every_python(installation):
    """A server that finds the interpreters of the user who runs the tests, and their runtimes."""
    variables = {key: os.environ[key] for key in ("HOME", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR") if key in os.environ}
    report = subprocess.run([BINARY, "doctor", "--json"], capture_output=True, text=True, timeout=60)
    found = {each["name"] for each in json.loads(report.stdout)["allRuntimes"] if each["isUsable"]}
    assert len(found & set(PYTHONS)) > 0
    server = installation.start(variables=variables)
    yield server, found
    server.stop()


# A request takes zips of 50 MB at most.
GROUPS = {"science": ["numpy", "pandas"], "others": [name for name in PACKAGES if name not in ("numpy", "pandas")]}


@pytest.mark.wild
@pytest.mark.parametrize("architecture", MACHINES)
@pytest.mark.parametrize("runtime", PYTHONS)
def test_layers_of_real_packages_for_every_python(every_python, tmp_path, runtime, architecture):
    server, found = every_python
    for name, packages in GROUPS.items():
        layer = check_build(tmp_path / name, packages, runtime, architecture)
        if architecture == "x86_64" and os.uname().machine == "x86_64" and runtime in found:
            assert check_imports(server, layer, packages, runtime) == []


def bytecode(layer):
    """The bytecode in a zip, by path."""
    with zipfile.ZipFile(layer) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".pyc")}


def test_bytecode_is_hash_based_and_names_the_place_in_functions(here, tmp_path):
    layer = tmp_path / "layer.zip"
    built(tiny(tmp_path), "--runtime", here, "--output", layer)
    files = bytecode(layer)
    name = f"python/tiny/__pycache__/module_0.cpython-{here.removeprefix('python').replace('.', '')}.pyc"
    assert len(files) == 2
    content = files[name]
    assert int.from_bytes(content[4:8], "little") == 0b01  # hash-based, unchecked (PEP 552)
    assert b"/opt/python/tiny/module_0.py" in content
    assert str(tmp_path).encode() not in content
    if here == f"python3.{sys.version_info.minor}":
        expected = compile(TRICKY, "/opt/python/tiny/module_0.py", "exec", dont_inherit=True)
        assert marshal.loads(content[16:]) == expected


def check_same_bytes(tmp_path, runtime, first, second):
    """In the second build, most of what Python's marshal depends on differs, too: hash seeds and addresses."""
    one = built(first, "--runtime", runtime, cwd=first.parent, env=uncached(tmp_path / "cache one"))
    variables = uncached(
        tmp_path / "cache two", TZ="Asia/Kathmandu", LC_ALL="C", PYTHONHASHSEED="7", PYTHONDONTWRITEBYTECODE="1",
        PYTHONOPTIMIZE="2")
    other = built(second, "--runtime", runtime, cwd=second.parent, umask=0o077, env=variables)
    assert one["bytecodeFiles"] == other["bytecodeFiles"] > 0
    for name in ("layer.zip", "layer.cdx.json", "strata.lock"):
        assert (first.parent / name).read_bytes() == (second.parent / name).read_bytes(), name
    # From the cache, too.
    before = (first.parent / "layer.zip").read_bytes()
    built(first, "--runtime", runtime, "--force", cwd=first.parent, env=uncached(tmp_path / "cache one"))
    assert (first.parent / "layer.zip").read_bytes() == before


@pytest.mark.parametrize("runtime", [PYTHONS[0], PYTHONS[-1]])
def test_the_same_bytes_in_other_folders_zones_locales_and_umasks(tmp_path, runtime):
    skip_without_interpreter(tmp_path, runtime)
    check_same_bytes(
        tmp_path, runtime, tiny(tmp_path / "one", count=20), tiny(tmp_path / "a longer folder" / "or two", count=20))


@pytest.mark.wild
@pytest.mark.parametrize("runtime", PYTHONS)
def test_the_same_bytes_of_real_packages(tmp_path, runtime):
    skip_without_interpreter(tmp_path, runtime)
    check_same_bytes(
        tmp_path, runtime, requirements(tmp_path / "one", *PACKAGES),
        requirements(tmp_path / "a longer folder" / "or two", *PACKAGES))


def skip_without_interpreter(folder, runtime):
    report = built(tiny(folder / "probe"), "--runtime", runtime, cwd=folder / "probe")
    if report["notes"]:
        pytest.skip(report["notes"][0])


def test_another_user_makes_the_same_bytes(ordinary_installation, tmp_path):
    """With the interpreter that both can reach, if there is one."""
    first, second = tmp_path / "one", ordinary_installation.root / "layer"
    path = tiny(second)
    os.chmod(second, 0o777)
    variables = {key: value for key, value in os.environ.items() if key.startswith(("UV_", "SSL_", "PIP_"))}
    variables |= ordinary_installation.environment() | {"PATH": "/usr/bin:/bin"}
    arguments = ["--runtime", f"python3.{sys.version_info.minor}", "--json"]
    result = subprocess.run(
        ordinary_installation.command(
            "layer", "build", str(path), *arguments, "--output", str(second / "layer.zip"), "--uv", str(UV)),
        env=variables, cwd=second, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    own = built(tiny(first), *arguments, cwd=first, env=environment(PATH="/usr/bin:/bin"))
    assert json.loads(result.stdout)["codeSha256"] == own["codeSha256"]


def test_records_list_what_is_there(here, tmp_path):
    """Also the new digests of libraries that lost their symbols."""
    layer = tmp_path / "layer.zip"
    report = built(requirements(tmp_path, "psycopg2-binary==2.9.10"), "--runtime", "python3.12", "--strip",
                   "--output", layer)
    saved = {each["rule"]: each["bytes"] for each in report["savings"]}
    assert saved["strip"] > 100_000
    with zipfile.ZipFile(layer) as archive:
        names = {name.removeprefix("python/") for name in archive.namelist()}
        record, = (name for name in names if name.endswith(".dist-info/RECORD"))
        recorded = list(csv.reader(io.StringIO(archive.read(f"python/{record}").decode())))
        for path, digest, size in recorded:
            content = archive.read(f"python/{path}")
            if digest:
                assert digest.startswith("sha256=")
                assert size == str(len(content)), path
                expected = hashlib.sha256(content).digest()
                assert base64.urlsafe_b64encode(expected).rstrip(b"=").decode() == digest[7:], path
    assert {path for path, *_ in recorded} == {name for name in names if "__pycache__" not in name}
    assert findings(layer, "python3.12", "x86_64") == []


def test_a_layer_for_several_runtimes(here, tmp_path):
    layer = tmp_path / "layer.zip"
    report = built(tiny(tmp_path), "--runtime", "python3.12", "--runtime", "python3.13", "--output", layer)
    assert report["bytecodeFiles"] == 0
    with zipfile.ZipFile(layer) as archive:
        for version in ("3.12", "3.13"):
            assert f"python/lib/python{version}/site-packages/tiny/__init__.py" in archive.namelist()


def test_the_versions_of_a_uv_lock(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["six<1.17"]\n')
    subprocess.run([UV, "lock", "--quiet"], cwd=tmp_path, check=True)
    report = built(tmp_path, "--output", tmp_path / "layer.zip")
    assert [each["url"] for each in report["packages"]] == ["pkg:pypi/six@1.16.0"]
    subprocess.run(
        [UV, "export", "--quiet", "--format", "pylock.toml", "--no-emit-project", "--output-file", "pylock.toml"],
        cwd=tmp_path, check=True)
    other = built(tmp_path / "pylock.toml", "--output", tmp_path / "other.zip")
    assert other["codeSha256"] == report["codeSha256"]


def test_an_unchanged_input_is_not_built_again(tmp_path):
    path, layer = tiny(tmp_path), tmp_path / "layer.zip"
    built(path, "--output", layer)
    before = layer.stat()
    again = build(path, "--output", layer)
    assert again.stdout.endswith("--force builds it again.\n")
    assert (layer.stat().st_mtime_ns, layer.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert not built(path, "--output", layer, "--force")["isUnchanged"]
    assert not built(path, "--output", layer, "--no-bytecode")["isUnchanged"]
    path.write_text(path.read_text() + "# more\n")
    assert not built(path, "--output", layer)["isUnchanged"]


def test_the_bill_of_materials_is_valid(tmp_path):
    layer = tmp_path / "layer.zip"
    built(requirements(tmp_path, "requests==2.32.5"), "--output", layer)
    text = (tmp_path / "layer.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    assert document["metadata"]["component"]["hashes"][0]["content"] == hashlib.sha256(layer.read_bytes()).hexdigest()
    assert "pkg:pypi/requests@2.32.5" in {each["purl"] for each in document["components"]}
    needed = {each["ref"]: each["dependsOn"] for each in document["dependencies"]}
    assert [url.split("@")[0] for url in needed["pkg:pypi/requests@2.32.5"]] == [
        f"pkg:pypi/{name}" for name in ("certifi", "charset-normalizer", "idna", "urllib3")]


def test_a_package_without_a_wheel_is_named_and_built_on_demand(here, tmp_path):
    path, layer = requirements(tmp_path, "docopt==0.6.2"), tmp_path / "layer.zip"
    refused = build(path, "--runtime", here, "--output", layer)
    assert refused.returncode == 1
    assert "docopt==0.6.2 has no wheel" in refused.stderr
    assert "--build-from-source docopt" in refused.stderr
    other = {"x86_64": "arm64", "aarch64": "x86_64"}[os.uname().machine]
    from_source = [path, "--runtime", here, "--output", layer, "--build-from-source", "docopt", "--architecture"]
    foreign = build(*from_source, other)
    assert foreign.returncode == 1
    assert f"the layer is for {other}" in foreign.stderr
    own = {"arm64": "x86_64", "x86_64": "arm64"}[other]
    built(*from_source, own)
    with zipfile.ZipFile(layer) as archive:
        assert "python/docopt.py" in archive.namelist()


def test_a_folder_is_packed_as_it_is_and_its_structure_is_told(tmp_path):
    folder = tmp_path / "content"
    (folder / "requests").mkdir(parents=True)
    (folder / "requests" / "__init__.py").write_text("")
    wrong = build("--from-dir", folder, "--output", tmp_path / "layer.zip", "--runtime", "python3.12")
    assert wrong.returncode == 1
    assert "error L101 requests is at the top of the layer" in wrong.stderr
    (folder / "python").mkdir()
    (folder / "requests").rename(folder / "python" / "requests")
    assert built("--from-dir", folder, "--output", tmp_path / "layer.zip", "--runtime", "python3.12")["findings"] == []


def test_packages_of_npm(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    package, project = tmp_path / "left", tmp_path / "project"
    package.mkdir()
    (package / "package.json").write_text('{"name": "@me/left", "version": "1.2.3", "license": "MIT"}')
    (package / "index.js").write_text("module.exports = 1\n")
    project.mkdir()
    npm = {"cwd": package, "check": True, "capture_output": True}
    subprocess.run(["npm", "pack", "--pack-destination", project], **npm)
    (project / "package.json").write_text(
        json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"@me/left": "file:./me-left-1.2.3.tgz"}}))
    missing = build(project, "--output", tmp_path / "layer.zip")
    assert missing.returncode == 1
    assert "npm install --package-lock-only" in missing.stderr
    subprocess.run(["npm", "install", "--package-lock-only", "--offline", "--no-audit"], **{**npm, "cwd": project})
    report = built(project, "--output", tmp_path / "layer.zip", "--architecture", "arm64")
    assert [each["url"] for each in report["packages"]] == ["pkg:npm/%40me/left@1.2.3"]
    assert report["findings"] == []
    with zipfile.ZipFile(tmp_path / "layer.zip") as archive:
        assert sorted(archive.namelist()) == [
            "nodejs/node_modules/@me/left/index.js", "nodejs/node_modules/@me/left/package.json"]
