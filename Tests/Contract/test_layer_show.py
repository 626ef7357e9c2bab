"""`strata layer show|pull`, `strata layer check ARN` and `strata opt explain`: published layers, looked into."""

import json

import pytest

from packages import zip_of

LARGE = "x = 1\n" * 2000


def test_versions_are_shown_with_sizes_users_and_findings(aws, operator):
    good = aws.publish("shown", {"python/thing.py": ""}, CompatibleRuntimes=["python3.12"])["LayerVersionArn"]
    aws.publish("shown", {"thing/__init__.py": ""}, CompatibleRuntimes=["python3.12"], Description="wrong")
    aws.deploy(Layers=[good])
    shown = operator.run("layer", "show", "shown")
    assert shown.returncode == 1
    lines = shown.stdout.splitlines()
    assert lines[0].split() == ["VERSION", "AGE", "ZIP", "USERS", "RUNTIMES", "ARCHITECTURES", "DESCRIPTION"]
    assert lines[1].split()[0] == "2" and lines[1].split()[-1] == "wrong"
    assert "  1      python3.12" in lines[2]
    assert lines[3].startswith("error L1") and "shown:2" in lines[3]

    first = operator.run("layer", "show", "shown:1")
    assert "Nothing is wrong with version 1." in first.stderr
    report = json.loads(operator.run("layer", "show", "shown", "--json").stdout)
    assert [each["version"] for each in report["versions"]] == [2, 1]
    assert report["versions"][1]["codeSize"] > 0 and len(report["versions"][1]["users"]) == 1
    assert report["findings"][0]["severity"] == "error"
    assert "findings" in operator.documents("layer", "show", "shown", "--no-check")[0]
    missing = operator.run("layer", "show", "shown:9")
    assert missing.returncode == 1 and "There is no layer shown:9" in missing.stderr


def test_a_published_version_is_checked_by_its_arn(aws, operator):
    arn = aws.publish("checked", {"thing/__init__.py": ""})["LayerVersionArn"]
    result = operator.run("layer", "check", arn, "--runtime", "python3.12")
    assert result.returncode == 1
    assert f"{arn}: " in result.stdout
    without_number = operator.run("layer", "check", arn.rsplit(":", 1)[0])
    assert without_number.returncode == 2 and "is not the ARN of a layer version" in without_number.stderr


def test_a_version_is_pulled_with_its_digest(aws, operator, tmp_path):
    content = zip_of({"python/thing.py": LARGE})
    published = aws.publish("pulled", content)
    path = tmp_path / "out.zip"
    output = operator.ask("layer", "pull", published["LayerVersionArn"], "--output", str(path))
    assert path.read_bytes() == content
    assert published["Content"]["CodeSha256"] in output
    unknown = operator.run("layer", "pull", published["LayerVersionArn"] + "9", "--output", str(tmp_path / "none.zip"))
    assert unknown.returncode == 1 and "ResourceNotFoundException" in unknown.stderr
    assert not (tmp_path / "none.zip").exists()


def test_a_version_is_pulled_from_another_region(aws, operator, tmp_path):
    far = aws.in_region("eu-west-1")
    arn = far.publish("far", {"python/thing.py": ""})["LayerVersionArn"]
    report = operator.documents("layer", "pull", arn, "--output", str(tmp_path / "far.zip"))[0]
    assert report["layerVersionArn"] == arn


@pytest.fixture
def function(aws):
    """A function whose second layer hides files of its first."""
    first = aws.publish("first", {
        "python/six.py": "OLD = 1\n", "python/same.py": "SAME = 1\n", "python/large/a.py": LARGE})
    second = aws.publish("second", {
        "python/six.py": "NEW = 1\n", "python/same.py": "SAME = 1\n", "python/large/b.py": LARGE, "bin/tool": "t"})
    return aws.deploy(Layers=[first["LayerVersionArn"], second["LayerVersionArn"]])


def test_opt_is_explained_by_layer(operator, function):
    lines = operator.ask("opt", "explain", function).splitlines()
    assert lines[0].startswith(f"{function} (python3.") and lines[0].endswith("has 2 layers at /opt:")
    assert "1. first:1: 1 files" in lines[1] and "2 more are hidden by later layers" in lines[1]
    assert lines[3].startswith("Modules are looked for in /var/task, /opt/python/lib/python3.")
    text = "\n".join(lines)
    assert "/opt/python/six.py: 8 bytes from second:1; hides that of first:1 (another content)" in text
    assert "/opt/python/same.py: 9 bytes from second:1; hides that of first:1 (the same)" in text
    assert "11.7 KB: /opt/python/large/a.py, /opt/python/large/b.py" in text


@pytest.mark.parametrize("asked", ["six", "/opt/python/six.py", "python/six.py"])
def test_a_module_or_path_is_traced_to_its_layer(operator, function, asked):
    assert operator.ask("opt", "explain", function, asked) == (
        "/opt/python/six.py: 8 bytes from second:1; hides that of first:1 (another content)\n")
    found = operator.documents("opt", "explain", function, asked)[0]
    assert found == [{
        "path": "/opt/python/six.py", "layer": "second:1", "bytes": 8, "hides": [{"layer": "first:1", "same": False}]}]


def test_what_opt_does_not_have_is_said(operator, function):
    missing = operator.run("opt", "explain", function, "requests")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert f"No layer of {function} has requests." in missing.stderr
    unknown = operator.run("opt", "explain", "unknown")
    assert unknown.returncode == 1 and "There is no function unknown" in unknown.stderr


def test_opt_of_a_function_without_layers_is_empty(aws, operator):
    name = aws.deploy()
    report = json.loads(operator.ask("opt", "explain", name, "--json"))
    assert (report["layers"], report["files"]) == ([], [])
