"""`strata layer split --fleet`: generated fleets against a solver's optimum, and functions with real packages."""

import json
import os
import zipfile

import pytest

from fleets import Fleet, generate
from installed import METADATA, contents, install, original_name, strata, zip_folder


def plan(paths, *options):
    result = strata("split", "--fleet", *paths, "--json", *options)
    assert result.returncode == 0, result.stderr
    return Fleet(json.loads(result.stdout))


@pytest.mark.parametrize("functions, packages, most, seeds", [
    (1, 9, 9, range(3)), (5, 8, 8, range(10, 18)), (7, 7, 7, range(20, 28)), (9, 12, 8, range(30, 36)),
], ids=lambda value: str(value) if isinstance(value, int) else "")
def test_a_small_fleet_costs_at_most_a_tenth_more_than_the_optimum(tmp_path, functions, packages, most, seeds):
    for seed in seeds:
        paths = generate(seed, tmp_path / str(seed), functions, packages, most)
        fleet = plan(paths, "--dry-run")
        fleet.check()
        assert fleet.cost() == pytest.approx(fleet.plan["cost"])
        optimum = fleet.optimum()
        assert optimum * 0.998 <= fleet.cost() <= optimum * 1.1, f"seed {seed}"


@pytest.mark.parametrize("functions, packages, most", [(40, 60, 30), (80, 200, 60)])
def test_a_larger_fleet_keeps_the_limits(tmp_path, functions, packages, most):
    fleet = plan(generate(functions, tmp_path, functions, packages, most), "--dry-run")
    fleet.check()
    assert fleet.plan["storedBytesAfter"] < fleet.plan["storedBytesBefore"]
    assert max(len(each["layers"]) for each in fleet.plan["functions"]) == 5


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    """Three functions: two with boto3, one of them with Pillow, and one with Flask and a six of its own."""
    folder = tmp_path_factory.mktemp("functions")
    sdk = ["boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"]
    packages = {"orders": sdk, "images": [*sdk, "pillow"], "site": ["flask", "werkzeug", "jinja2", "click", "six"]}
    paths = []
    for name, names in packages.items():
        install(folder / name, *names)
        (folder / name / "app.py").write_text(f"name = {name!r}\n")
        (folder / name / "data").mkdir()
        paths.append(folder / name)
    (folder / "site" / "six.py").write_text("changed = True\n")
    paths[1] = zip_folder(paths[1], folder / "images.zip")
    return paths


def test_code_and_layers_of_every_function_are_its_package_again(functions, tmp_path):
    fleet = plan(functions, "--output", tmp_path / "out")
    fleet.check()
    assert fleet.plan == json.loads((tmp_path / "out" / "fleet.json").read_text())
    layers = {each["name"]: each for each in fleet.plan["layers"]}
    for function in fleet.plan["functions"]:
        original = functions[[each.stem for each in functions].index(function["name"])]
        original = original if original.suffix == ".zip" else zip_folder(original, tmp_path / f"{original.name}.zip")
        files = contents(function["code"])
        for name in function["layers"]:
            layer = contents(layers[name]["path"], original_name)
            assert not files.keys() & layer.keys()
            files |= layer
        assert files == contents(original)
    shared = [each for each in fleet.plan["layers"] if each["functions"] == ["orders", "images"]]
    assert {fleet.packages[package]["name"] for each in shared for package in each["packages"]} >= {"boto3", "botocore"}
    versions = [each for each in fleet.packages if each["name"] == "six"]
    assert len(versions) == 2, "its bytes make a package another one"
    assert not any({"orders", "site"} <= set(each["functions"]) for each in fleet.plan["layers"])


def test_the_same_fleet_has_the_same_plan_and_archives(functions, tmp_path):
    for name in ("one", "two"):
        assert strata("split", "--fleet", *functions, "--output", name, folder=tmp_path).returncode == 0
    files = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert files == sorted(each.name for each in (tmp_path / "two").iterdir())
    for name in files:
        if name != "fleet.json":
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_plan_is_printed_before_anything_is_done(functions, tmp_path):
    planned = strata("split", "--fleet", *functions, "--dry-run", folder=tmp_path)
    assert (planned.returncode, planned.stderr, list(tmp_path.iterdir())) == (0, "", [])
    written = strata("split", "--fleet", *functions, folder=tmp_path)
    assert written.stdout.startswith(planned.stdout)
    assert "Proved: code and layers of 3 functions" in written.stdout.removeprefix(planned.stdout)
    for line in ("Saved: ", "Why: ", "Several versions or builds: six."):
        assert line in planned.stdout


def test_a_fleet_with_a_bad_package_is_refused_as_a_whole(functions, tmp_path):
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    huge = tmp_path / "huge.zip"
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x-1.dist-info/METADATA", METADATA.format("x", "1"))
        packed.writestr("data.bin", bytes(262_144_001))
    twice = tmp_path / "orders.zip"
    zipfile.ZipFile(twice, "w").close()
    for path, code, reason in ((text, 2, "not a zip file, or cut off"), (tmp_path / "none", 2, "No such file"),
                               (huge, 1, "a function with all its layers may have"),
                               (twice, 1, "two packages are named orders")):
        result = strata("split", "--fleet", *functions, path, "--output", tmp_path / "out")
        assert (result.returncode, result.stdout) == (code, "")
        assert reason in result.stderr
        assert not (tmp_path / "out").exists()
    result = strata("split", *functions)
    assert (result.returncode, "several packages need --fleet" in result.stderr) == (2, True)
    result = strata("split", "--fleet", *functions, "--by", "size")
    assert (result.returncode, "takes no --by" in result.stderr) == (2, True)


def test_functions_without_packages_have_no_layers(tmp_path):
    for name in ("a", "b"):
        os.makedirs(tmp_path / name)
        (tmp_path / name / "app.py").write_text(name)
    fleet = plan([tmp_path / "a", tmp_path / "b"], "--output", tmp_path / "out")
    assert fleet.plan["layers"] == [] and fleet.plan["provedFiles"] == 2
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["code-a.zip", "code-b.zip", "fleet.json"]
