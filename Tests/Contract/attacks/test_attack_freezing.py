"""Programs that want to go on after the answer, in an environment that is frozen."""

import contextlib
import itertools
import time

import pytest

from leftovers import command_line, descendants
from operators import until

numbers = itertools.count(1_000)

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


# What a function leaves running, each in a way that is hard to find or to end; all have a mark in their command line.
LEAVES = '''
import ctypes, os, signal, subprocess, sys, threading, time
MARK = "{mark}"

def sleeper(*ignored, before=""):
    code = before + "import signal, sys, time\\n" + "".join(
        f"signal.signal({int(each)}, signal.SIG_IGN)\\n" for each in ignored) + "time.sleep(600)"
    return [sys.executable, "-c", code, MARK]

def child(): subprocess.Popen(sleeper())
def session(): subprocess.Popen(sleeper(), start_new_session=True)
def orphan():
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            os.execv(sys.executable, sleeper())
        os._exit(0)
def deaf(): subprocess.Popen(sleeper(*set(range(1, 32)) - {9, 19}))
def stopped(): os.kill(subprocess.Popen(sleeper()).pid, signal.SIGSTOP)
def renewed(): subprocess.Popen(sleeper(before="import os, sys\\nif os.fork(): os._exit(0)\\n"))
def hundred():
    for _ in range(100): subprocess.Popen(["/bin/sleep", "600.0" + MARK[-4:]])
def waiting(): threading.Thread(target=lambda: subprocess.run(sleeper())).start()

def handler(event, context):
    globals()[event["way"]]()
    time.sleep(0.2)
    if event["end"] == "exit": os._exit(7)
    if event["end"] == "signal": os.kill(os.getpid(), signal.SIGKILL)
    if event["end"] == "stop": os.kill(os.getpid(), signal.SIGSTOP)
    if event["end"] == "time": time.sleep(600)
    return "answered"
'''
WAYS = ["child", "session", "orphan", "deaf", "stopped", "renewed", "hundred", "waiting"]
ENDS = {
    "exit": "Runtime.ExitError", "signal": "Runtime.ExitError", "stop": "Sandbox.Timedout", "time": "Sandbox.Timedout"}


def survivors(server, mark):
    marks = (mark, f"600.0{mark[-4:]}")
    return [pid for pid in descendants(server.pid) if any(each in command_line(pid) for each in marks)]


@pytest.mark.parametrize("end", ENDS)
def test_nothing_survives_the_end_of_its_environment(either, either_server, end):
    mark = f"survivor-{next(numbers):04d}"
    source = LEAVES.replace("{mark}", mark)
    names = {way: either.deploy(source, Timeout=2, MemorySize=1769) for way in WAYS}
    answers = {way: either.invoke_aside(name, {"way": way, "end": end}) for way, name in names.items()}
    failures = {way: answer().failure for way, answer in answers.items()}
    assert {way: failure.get("errorType") for way, failure in failures.items()} == dict.fromkeys(WAYS, ENDS[end])
    until(lambda: not survivors(either_server, mark), "no process left", lambda: survivors(either_server, mark))


@pytest.mark.parametrize("way", WAYS)
def test_what_is_left_running_stops_with_the_answer(either, either_server, way):
    mark = f"survivor-{next(numbers):04d}"
    name = either.deploy(LEAVES.replace("{mark}", mark), Timeout=10, MemorySize=1769)
    assert either.invoke(name, {"way": way, "end": "none"}).value == "answered"
    until(lambda: is_quiet(either_server.pid), "stopped programs", lambda: states(either_server.pid))
    either.lambda_.delete_function(FunctionName=name)
    until(lambda: not survivors(either_server, mark), "no process left", lambda: survivors(either_server, mark))
