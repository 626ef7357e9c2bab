"""From inside: files and devices that the host or other accounts use cannot be held, changed or watched."""

import fcntl
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402

PROBES = '''
import errno, os, resource

def outcome(action):
    try:
        action()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]

def handler(event, context):
    devices = ["null", "zero", "full", "random", "urandom"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return {
        "times": [outcome(lambda: os.utime("/dev/" + name)) for name in devices],
        "modes": [outcome(lambda: os.chmod("/dev/" + name, 0o666)) for name in devices],
        "writes": [outcome(lambda: open("/dev/" + name, "wb").close()) for name in devices[:2]],
        "reads": len(open("/dev/urandom", "rb").read(3)),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "pressure": [outcome(lambda: os.close(os.open("/proc/pressure/" + name, os.O_RDWR)))
                     for name in ["cpu", "memory", "io"]],
    }
'''


WATCHES = '''
import ctypes, fcntl, os, select

libc = ctypes.CDLL(None, use_errno=True)
OPENED, READ = 0x20, 0x01

def handler(event, context):
    if "lock" in event:
        globals()["held"] = os.open(event["lock"], os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return "locked"
    watch = libc.inotify_init1(os.O_NONBLOCK)
    for path in event["watch"]:
        if libc.inotify_add_watch(watch, path.encode(), OPENED | READ) < 0: return "no watch"
    os.mkdir("/tmp/watching")
    libc.inotify_add_watch(watch, b"/tmp/watching", OPENED)
    select.select([watch], [], [], event["seconds"])
    try:
        seen = len(os.read(watch, 65536))
    except BlockingIOError:
        seen = 0
    os.listdir("/tmp/watching")
    return [seen, bool(select.select([watch], [], [], 5)[0])]
'''


@pytest.fixture
def watcher(either_server):
    account = Account(either_server)
    return account, account.deploy(WATCHES, Timeout=30)


def test_a_watch_does_not_show_which_programs_the_host_runs(watcher):
    account, name = watcher
    program = "/usr/bin/env"
    answer = account.invoke_aside(name, {"watch": ["/usr/bin", program], "seconds": 3})
    account.wait_until_busy(name)
    for _ in range(20):
        subprocess.run([program, "true"], check=True)
        time.sleep(0.1)
    assert answer().value == [0, True]


def test_a_watch_does_not_show_that_other_accounts_start_functions(watcher, either_server):
    account, name = watcher
    answer = account.invoke_aside(name, {"watch": ["/var/runtime"], "seconds": 3})
    account.wait_until_busy(name)
    other = Account(either_server)
    for _ in range(3):
        assert other.invoke(other.deploy(), 1).value == 1
    assert answer().value == [0, True]


def test_a_lock_on_a_program_of_the_host_holds_inside_only(watcher):
    account, name = watcher
    program = "/usr/bin/env"
    assert account.invoke(name, {"lock": program}).value == "locked"
    with open(program, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.fixture(scope="module")
def found(either_server):
    account = Account(either_server)
    return account.invoke(account.deploy(PROBES)).value


def test_the_hosts_devices_can_be_used_and_not_changed(found):
    assert found["times"] == ["EROFS"] * 5
    assert set(found["modes"]) <= {"EROFS", "EPERM"}
    assert found["writes"] == ["done", "done"] and found["reads"] == 3


def test_no_program_of_the_host_is_started_for_a_core_dump(found):
    """1 keeps the kernel from starting the program that core_pattern names, which 0 does not (core(5))."""
    assert found["core"] == [1, 1]


def test_no_trigger_can_be_set_on_the_hosts_pressure(found):
    assert set(found["pressure"]) <= {"EROFS", "ENOENT"}
