"""`strata top`."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

from operators import until
from server_process import PATIENCE_SECONDS


def test_one_snapshot_is_printed_without_a_terminal(aws, operator):
    name = aws.deploy("import time\ndef handler(event, context): time.sleep(5)", Timeout=10)
    slow = aws.invoke_aside(name)

    def states():
        output = operator.ask("top")
        assert "\x1b" not in output
        rows = [line.split() for line in output.splitlines()]
        names = (name, f"{aws.number}:us-east-1:{name}")
        return next((row[1:5] for row in rows if row and row[0] in names), None)

    until(lambda: states() == ["0", "1", "0", "0"], "one busy environment", states)
    slow()


def test_top_in_json_has_rates(aws, operator):
    name = aws.deploy()
    aws.invoke(name)

    def mine(line):
        functions = json.loads(line)["functions"]
        (found,) = [each for each in functions if (each["account"], each["function"]) == (aws.number, name)]
        return found

    quiet = mine(operator.ask("top", "--once", "--json"))
    assert (quiet["invocations"], quiet["invocationsPerSecond"]) == (1, 0)
    assert quiet["memoryBytes"] > 1_000_000
    follower = operator.start("top", "--json")
    end = time.monotonic() + 2
    while time.monotonic() < end:
        aws.invoke(name)
    follower.wait_for('"functions"')
    follower.interrupt(signal.SIGTERM)
    assert mine(follower.lines[0])["invocationsPerSecond"] > 1


def test_the_view_is_refreshed_on_a_terminal(aws, operator):
    aws.invoke(aws.deploy())
    ours, theirs = pty.openpty()
    command = aws.server.installation.command("top")
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, **operator.options())
    os.close(theirs)
    seen = ""
    end = time.monotonic() + PATIENCE_SECONDS
    while seen.count("\x1b[H\x1b[2J") < 2 and time.monotonic() < end:
        seen += os.read(ours, 65_536).decode()
    assert "\x1b[1mFUNCTION" in seen
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
    os.close(ours)


def test_the_view_fits_the_terminal_also_after_it_is_resized(aws, operator):
    for name in [aws.deploy() for _ in range(3)]:
        aws.invoke(name)
    ours, theirs = pty.openpty()
    resize(ours, 5, 40)
    command = aws.server.installation.command("top")
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, **operator.options())
    os.close(theirs)
    pictures = b""

    def drawn(count):
        nonlocal pictures
        end = time.monotonic() + PATIENCE_SECONDS
        while pictures.count(b"\x1b[H\x1b[2J") <= count and time.monotonic() < end:
            pictures += os.read(ours, 65_536)
        lines = pictures.split(b"\x1b[H\x1b[2J")[count].decode().split("\r\n")
        return [re.sub(r"\x1b\[\d+m", "", line) for line in lines]

    small = drawn(1)
    # The cursor is in the last line.
    assert len(small) == 5 and small[-1] == ""
    assert max(len(line) for line in small) <= 40
    assert small[3].startswith("Not shown: ")
    resize(ours, 9_000, 300)
    large = drawn(pictures.count(b"\x1b[H\x1b[2J") + 1)
    assert large[1].endswith("INVOCATIONS") and len(large) >= 1 + 1 + 3 + 1
    assert not any("Not shown" in line for line in large)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
    os.close(ours)


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
