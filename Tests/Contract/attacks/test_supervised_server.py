"""A server that is itself supervised by a listener of system calls, as in some containers: its sandboxes have none of
their own, and refuse the same calls."""

import copy
import platform
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from prisoners import Caller  # noqa: E402
from test_attack_sessions import MAKES_SESSIONS  # noqa: E402

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="calls are made by x86-64's numbers")

# Installs a filter with a listener that allows everything, leaves the listener to a child, and becomes the server.
SUPERVISE = """
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction))]
allow = (Instruction * 1)(Instruction(6, 0, 0, 0x7FFF0000))
server = os.getpid()
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
listener = libc.syscall(317, 1, 8, ctypes.byref(Program(1, allow)))  # seccomp(2) with NEW_LISTENER
assert listener >= 0, os.strerror(ctypes.get_errno())
if os.fork() == 0:
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() == server:
        signal.pause()
    os._exit(0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module", params=["installation", "ordinary_installation"])
def supervised(request):
    """An account on such a server."""
    installation = copy.copy(request.getfixturevalue(request.param))
    installation.prefix = [*installation.prefix, "/usr/bin/python3", "-c", SUPERVISE]
    server = installation.start()
    yield Account(server)
    server.stop()


def test_refused_calls_fail_without_a_listener(supervised):
    results = Caller(supervised).attempt((321, 0, 0, 0), (447, 0), (72, 1, 1031, 1 << 20), (39,))
    # bpf, memfd_secret, F_SETPIPE_SZ; getpid is allowed.
    assert results == ["EPERM", "EPERM", "EPERM", "done"]


def test_sessions_are_not_refused_where_they_cannot_be_counted(supervised):
    name = supervised.deploy(MAKES_SESSIONS, Timeout=30, MemorySize=256)
    assert supervised.invoke(name, {"count": 40}).value == ["made"] * 40
