"""Programs that want to go on after the answer, in an environment that is frozen."""

import contextlib
import time

import pytest

from leftovers import descendants
from operators import until

# Timers whose signal is SIGCONT, each 10 ms (timer_create(2)): the kernel sends it whether the process runs or not. A
# stop that comes while one is pending ends that timer, so there are many.
TIMER = """
import ctypes, os, signal, struct, threading
libc = ctypes.CDLL(None, use_errno=True)

def handler(event, context):
    signal.signal(signal.SIGCONT, lambda number, frame: None)
    event = struct.pack("=qii48x", 0, signal.SIGCONT, 0)
    every = struct.pack("=4q", 0, 10_000_000, 0, 10_000_000)
    for _ in range(64):
        timer = ctypes.c_void_p()
        if libc.timer_create(1, event, ctypes.byref(timer)) or libc.timer_settime(timer, 0, every, None):
            return os.strerror(ctypes.get_errno())
    def work():
        while True:
            pass
    threading.Thread(target=work, daemon=True).start()
    return "running"
"""

# Each continues the others for as long as one of them runs.
GANG = """
import os, signal

def handler(event, context):
    members = []
    for _ in range(8):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            while True:
                try:
                    os.kill(-1, signal.SIGCONT)
                except OSError:
                    pass
        members.append(pid)
    return "running"
"""


def states(pid):
    """The states of the programs in the sandboxes of a server."""
    found = set()
    for each in descendants(pid):
        # A process may end meanwhile.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            with open(f"/proc/{each}/status") as file:
                fields = dict(line.split(":", 1) for line in file)
            if fields["NSpid"].split()[-1] != "1":
                found.add(fields["State"].split()[0])
    return found


def is_quiet(pid):
    """Whether no program runs, nor a tenth of a second later: then nothing is left that continues others."""
    if states(pid) - {"T", "Z", "X"}:
        return False
    time.sleep(0.1)
    return not states(pid) - {"T", "Z", "X"}


@pytest.mark.parametrize("source", [TIMER, GANG], ids=["timer", "gang"])
def test_programs_that_continue_themselves_are_stopped_or_end(either, either_server, source):
    name = either.deploy(source, Timeout=30, MemorySize=1769)
    assert either.invoke(name).value == "running"
    until(lambda: is_quiet(either_server.pid), "stopped programs", lambda: states(either_server.pid))
    assert either.invoke(either.deploy()).error is None


def test_a_frozen_environment_that_honours_it_stays(either, either_server):
    source = """
        import threading, uuid
        me = str(uuid.uuid4())
        def work():
            while True:
                pass
        def handler(event, context):
            if event:
                threading.Thread(target=work, daemon=True).start()
            return me
    """
    name = either.deploy(source, Timeout=30)
    first = either.invoke(name, 1).value
    for _ in range(3):
        until(lambda: is_quiet(either_server.pid), "stopped programs")
        assert either.invoke(name, 0).value == first
