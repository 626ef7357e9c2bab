"""`strata layer build` with bad input, without room, interrupted; and its progress."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

import pytest

from built_layers import build, built, command, environment, requirements, tiny, uncached


# What `tiny` makes.
INPUT = ["requirements.txt", "tiny-1.0-py3-none-any.whl"]


@pytest.fixture(scope="module")
def here(server):
    """A runtime of this host, so that bytecode is made."""
    return server.runtime


@pytest.mark.parametrize("arguments, expected", [
    (["missing.txt"], "missing.txt: there is no such file or folder"),
    (["--requirements", "missing.txt"], "missing.txt: there is no such file or folder"),
    (["--from-dir", "missing"], "missing: there is no such file or folder"),
    (["picture.png"], "picture.png: not recognised as an input"),
    ([], "INPUT is missing"),
    (["requirements.txt", "--from-dir", "."], "name one input"),
    (["requirements.txt", "--runtime", "nodejs22.x"], "has no packages for nodejs22.x"),
    (["requirements.txt", "--keep", "all"], "--keep takes 'tests' or 'stubs', not 'all'"),
    (["requirements.txt", "--bytecode", "--no-bytecode"], "exclude each other"),
])
def test_a_usage_error_says_what_is_wrong(tmp_path, arguments, expected):
    requirements(tmp_path, "six==1.17.0")
    (tmp_path / "picture.png").write_bytes(b"")
    result = build(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("strata layer build: ")
    assert expected in result.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["picture.png", "requirements.txt"]


@pytest.mark.parametrize("lines, expected", [
    (["six==1.16.0", "six==1.17.0"], "six"), (["there-is-no-such-package-as-this==1.0"], "there-is-no-such-package"),
    (["-r more.txt"], "more.txt"), (["six=="], "requirements.txt"),
])
def test_requirements_that_cannot_be_installed(tmp_path, lines, expected):
    result = build(requirements(tmp_path, *lines), cwd=tmp_path)
    assert result.returncode == 1
    assert expected in result.stderr.splitlines()[-1]
    assert [each.name for each in tmp_path.iterdir()] == ["requirements.txt"]


def test_without_a_network_the_cause_is_told(tmp_path):
    offline = environment(UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "cache"))
    result = build(requirements(tmp_path / "in", "six==1.17.0"), cwd=tmp_path / "in", env=offline)
    assert result.returncode == 1
    assert "strata: " in result.stderr.splitlines()[-1]
    assert [each.name for each in (tmp_path / "in").iterdir()] == ["requirements.txt"]


def test_an_output_that_cannot_be_written(tmp_path):
    path = tiny(tmp_path)
    result = build(path, "--output", tmp_path / "missing" / "layer.zip")
    assert result.returncode == 1
    assert "No such file or directory" in result.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == INPUT


def test_a_full_disk_leaves_the_old_layer(disk):
    path, layer = tiny(disk.folder / "in"), disk.folder / "in" / "layer.zip"
    built(path, "--output", layer)
    before = layer.read_bytes()
    names = sorted(each.name for each in path.parent.iterdir())
    disk.fill()
    result = build(path, "--output", layer, "--force")
    assert result.returncode == 1
    assert "No space left on device" in result.stderr or "os error 28" in result.stderr
    disk.free()
    assert layer.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == names


@pytest.mark.parametrize("moment", ["Installing", "Compiling", "Packing"])
def test_ctrl_c_leaves_nothing_half_written(here, tmp_path, moment):
    """At the line that each stage begins with."""
    path = tiny(tmp_path, count=400)
    process = subprocess.Popen(
        command(path, "--runtime", here, "--output", tmp_path / "layer.zip"), stderr=subprocess.PIPE, text=True,
        cwd=tmp_path, env=uncached(tmp_path.parent / f"cache {moment}"))
    for line in process.stderr:
        if line.startswith(moment):
            process.send_signal(signal.SIGINT)
            break
    rest = process.stderr.read()
    process.wait(60)
    process.stderr.close()
    assert process.returncode == -signal.SIGINT, rest
    assert sorted(each.name for each in tmp_path.iterdir()) == INPUT


def test_progress_is_a_bar_on_a_terminal_and_lines_in_a_pipe(here, tmp_path):
    path = tiny(tmp_path, count=50)
    piped = build(path, "--runtime", here, "--output", tmp_path / "one.zip")
    assert "\x1b" not in piped.stderr and "\r" not in piped.stderr
    lines = piped.stderr.splitlines()
    assert lines[0] == f"Installing for {here}"
    assert any(line.startswith("Compiling ") for line in lines)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    result = subprocess.run(
        command(path, "--runtime", here, "--output", tmp_path / "two.zip"), stdout=subprocess.PIPE, stderr=theirs,
        cwd=tmp_path, env=uncached(tmp_path / "cache"), timeout=60)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux's end of a terminal
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert result.returncode == 0
    assert f"Compiling for {here}  [####".encode() in shown
    assert b"100 %" in shown
    assert shown.endswith(b"\r\x1b[K")
    bars = [text for text in shown.decode().split("\r\x1b[K") if "  [" in text]
    assert 2 < len(bars) < 200
    assert all(len(bar) <= 80 for bar in bars)
