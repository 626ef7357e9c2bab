"""`strata layer inspect` and `strata layer diff`, with packages that were really installed."""

import importlib.metadata
import json
import re
import shutil
import xml.etree.ElementTree
import zipfile

import pytest

from installed import METADATA, encrypt, install, strata, zip_folder

NAMES = ["boto3", "botocore", "s3transfer", "jmespath", "flask", "click", "pillow", "certifi"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = install(tmp_path_factory.mktemp("installed") / "package", *NAMES)
    (folder / "app.py").write_text("import boto3\n")
    (folder / "views").mkdir()
    (folder / "views" / "index.html").write_text("<p>hi</p>\n")
    return folder


@pytest.fixture(scope="module")
def archive(folder):
    return zip_folder(folder, folder.parent / "package.zip")


def report(*arguments):
    result = strata(*arguments, "--json")
    assert result.stderr == ""
    return json.loads(result.stdout), result.returncode


def test_every_package_has_its_version_files_and_bytes(folder, archive):
    for path in (folder, archive):
        (each,), code = report("inspect", path)[0]["packages"], report("inspect", path)[1]
        assert code == 0
        found = {(part["name"], part.get("version")): part for part in each["contents"]}
        for name in NAMES:
            part = found.pop((name, importlib.metadata.version(name)))
            assert part["kind"] == "python"
            files = [file for file in importlib.metadata.files(name)
                     if "__pycache__" not in file.parts and file.locate().is_file()]
            assert part["fileCount"] == len(files)
            assert part["unzippedBytes"] == sum(file.locate().stat().st_size for file in files)
        assert {name for name, _ in found} == {"", "views/"}
        assert each["unzippedBytes"] == sum(part["unzippedBytes"] for part in each["contents"])
    with zipfile.ZipFile(archive) as packed:
        assert sum(part["zippedBytes"] for part in each["contents"]) == sum(
            entry.compress_size for entry in packed.infolist())
    assert each["zippedBytes"] == archive.stat().st_size


def test_the_table_is_largest_first_and_the_tree_has_folders(archive):
    lines = strata("inspect", archive).stdout.splitlines()
    assert lines[0].startswith(f"{archive}: {len(NAMES)} packages, ")
    assert lines[1].split() == ["PACKAGE", "VERSION", "FILES", "UNPACKED", "ZIPPED", "SHARE"]
    assert lines[2].startswith("botocore ")
    shares = [float(line.split()[-1].rstrip("%")) for line in lines[2:]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=1)
    tree = strata("inspect", archive, "--tree", "--depth", "2").stdout.splitlines()
    assert any(re.fullmatch(r" +[\d.]+ MB +[\d.]+%    botocore/|.*  botocore/", line) for line in tree)
    assert any(line.endswith("    data/") for line in tree)
    assert not any(line.endswith("      s3/") for line in tree)


def test_the_page_loads_nothing_and_escapes_names(tmp_path):
    evil = "<script>alert(1)</script>&\"'"
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{evil.replace('/', '_')}/a.py", "x" * 5000)
        packed.writestr("x-1.dist-info/METADATA", METADATA.format("x", evil))
    page = tmp_path / "page.html"
    assert strata("inspect", path, "--html", page).returncode == 0
    text = page.read_text()
    # Well-formed, but for the doctype and the two elements that HTML does not close.
    body = re.sub(r"<meta [^>]*>", "", text.removeprefix("<!DOCTYPE html>"))
    tree = xml.etree.ElementTree.fromstring(body)
    assert tree.find(".//script") is None
    assert "http:" not in text and "https:" not in text and "src=" not in text and "url(" not in text
    assert evil in [cell.text for cell in tree.iter("td")]
    assert tree.find(".//svg") is not None


def test_equal_contents_are_said_to_be_equal(folder, archive, tmp_path):
    late = zip_folder(folder, tmp_path / "late.zip", date=(2020, 2, 2, 2, 2, 2))
    assert late.read_bytes() != archive.read_bytes()
    for other in (late, archive, folder):
        result = strata("diff", archive, other)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(f"{archive} and {other} have equal contents")


def test_differences_are_found_by_package_and_file(folder, archive, tmp_path):
    new = tmp_path / "new"
    install(new, *[name for name in NAMES if name != "pillow"], "six")
    (new / "app.py").write_text("import boto4\n")
    (new / "app.py").chmod(0o755)
    (new / "views").mkdir()
    (new / "views" / "index.html").symlink_to("other.html")
    (new / "six.py").write_text("changed = 1\n")
    difference, code = report("diff", archive, new)
    assert code == 1 and not difference["equal"]
    packages = {each["name"]: each for each in difference["packages"]}
    assert set(packages) == {"pillow", "six"}
    assert packages["pillow"]["newVersions"] == []
    assert "oldBytes" not in packages["six"]
    files = {each["path"]: each for each in difference["files"]}
    assert files["app.py"]["bytesDiffer"]
    assert (files["app.py"]["old"]["mode"], files["app.py"]["new"]["mode"]) == ("644", "755")
    assert files["views/index.html"]["new"]["target"] == "other.html"
    text = strata("diff", archive, new).stdout
    assert f"- pillow {importlib.metadata.version('pillow')}" in text
    assert f"+ six {importlib.metadata.version('six')}" in text
    assert "~ app.py  same size, mode 644 → 755" in text


def test_a_new_version_of_a_package_is_shown(tmp_path):
    for version in ("1.0", "1.1"):
        folder = tmp_path / version
        (folder / f"x-{version}.dist-info").mkdir(parents=True)
        (folder / f"x-{version}.dist-info" / "METADATA").write_text(METADATA.format("x", version))
        (folder / f"x-{version}.dist-info" / "RECORD").write_text("x.py,,\n")
        (folder / "x.py").write_text(version * 100)
    result = strata("diff", tmp_path / "1.0", tmp_path / "1.1")
    assert result.returncode == 1
    assert result.stdout.startswith("~ x 1.0 → 1.1  same size, 5 files\n")


@pytest.mark.parametrize("command", [["inspect"], ["diff", "GOOD"]])
def test_what_cannot_be_read_is_named(command, archive, tmp_path):
    command = [str(archive) if word == "GOOD" else word for word in command]
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-10])
    damaged = tmp_path / "damaged.zip"
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as packed:
        entry = next(each for each in packed.infolist() if each.filename.endswith(".dist-info/RECORD"))
    content[entry.header_offset + 200] ^= 0xFF
    damaged.write_bytes(content)
    encrypted = tmp_path / "encrypted.zip"
    encrypt(shutil.copy(archive, encrypted))
    reasons = {tmp_path / "missing.zip": "No such file or directory", text: "not a zip file, or cut off",
               cut: "not a zip file, or cut off", damaged: "damaged zip: ", encrypted: "encrypted ('"}
    for path, reason in reasons.items():
        result = strata(*command, path)
        assert (result.returncode, result.stdout) == (2, ""), path
        assert result.stderr.startswith(f"strata layer {command[0]}: {path}: {reason}")


def test_an_empty_archive_is_no_error(tmp_path):
    path = tmp_path / "empty.zip"
    zipfile.ZipFile(path, "w").close()
    assert strata("inspect", path).stdout == f"{path}: 0 packages, 0 files, 0 bytes unpacked, 22 bytes zipped\n"


def test_a_page_that_cannot_be_written_is_an_error(archive, tmp_path):
    result = strata("inspect", archive, "--html", tmp_path / "missing" / "page.html")
    assert (result.returncode, result.stdout) == (2, "")
    assert "No such file or directory" in result.stderr
    assert list(tmp_path.iterdir()) == []
