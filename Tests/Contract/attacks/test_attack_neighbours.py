"""From inside: what runs in other environments, and on the host, cannot be seen, signalled, entered or reached."""

import os
import platform
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from leftovers import descendants, environments  # noqa: E402
from prisoners import Intruder  # noqa: E402

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="some calls are made by x86-64's numbers")

# Holds what could be shared with others, until a client ends it.
VICTIM = """
import ctypes, mmap, os, socket, time
libc = ctypes.CDLL(None, use_errno=True)

def handler(event, context):
    with open("/tmp/secret", "w") as file: file.write("secret")
    with open("/dev/shm/secret", "w") if os.path.isdir("/dev/shm") else open("/tmp/other", "w") as file:
        file.write("secret")
    abstract = socket.socket(socket.AF_UNIX); abstract.bind("\\0neighbour"); abstract.listen()
    named = socket.socket(socket.AF_UNIX); named.bind("/tmp/neighbour"); named.listen()
    stream = socket.create_server(("127.0.0.1", 7777))
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagram.bind(("127.0.0.1", 7778))
    shared = [libc.shmget(4711, 4096, 0o1666), libc.semget(4711, 1, 0o1666), libc.msgget(4711, 0o1666)]
    sockets = [stream, abstract, named]
    for each in [*sockets, datagram]: each.setblocking(False)
    end = time.monotonic() + event["seconds"]
    met = []
    while time.monotonic() < end:
        for each in sockets:
            try: met.append(str(each.accept()))
            except BlockingIOError: pass
        try: met.append(str(datagram.recv(10)))
        except BlockingIOError: pass
        if libc.getppid() == 0 or os.path.exists("/tmp/intruder"): met.append("intruder")
        time.sleep(0.02)
    return met
"""

PEERS = {
    "an abstract socket": ("socket.socket(socket.AF_UNIX).connect('\\0neighbour')", "ECONNREFUSED"),
    "a named socket": ("socket.socket(socket.AF_UNIX).connect('/tmp/neighbour')", "ENOENT"),
    "a TCP port": ("socket.create_connection(('127.0.0.1', 7777), 1)", "ECONNREFUSED"),
    "a TCP port by another loopback address": ("socket.create_connection(('127.1.2.3', 7777), 1)", "ECONNREFUSED"),
    "a UDP port": (
        "(s := socket.socket(socket.AF_INET, socket.SOCK_DGRAM), s.connect(('127.0.0.1', 7778)), s.send(b'x'), "
        "s.settimeout(1), s.recv(1))", "ECONNREFUSED"),
    "shared memory by its key": ("call('shmget', 4711, 4096, 0)", "ENOENT"),
    "semaphores by their key": ("call('semget', 4711, 1, 0)", "ENOENT"),
    "a queue by its key": ("call('msgget', 4711, 0)", "ENOENT"),
    "shared memory by its name": ("read('/dev/shm/secret')", "ENOENT"),
    "a temporary file": ("read('/tmp/secret')", "ENOENT"),
    "all shared memory of the kernel": ("['none', 'some'][len(open('/proc/sysvipc/shm').readlines()) > 1]",
                                        "none | ENOENT | EACCES"),
    "sockets in /proc": ("['none', 'some'][':1E61 ' in open('/proc/net/tcp').read()]", "none"),
    "local sockets in /proc": ("['none', 'some']['neighbour' in open('/proc/net/unix').read()]", "none"),
    "locks in /proc": ("['none', 'some'][len(open('/proc/locks').readlines()) > 0]", "none | ENOENT | EACCES"),
    "keys in /proc": ("['none', 'some'][any('_uid_ses' not in line and 'keyring' not in line for line in "
                      "open('/proc/keys'))]", "none | ENOENT | EACCES"),
    "a lock on a file without a folder": ("fcntl.flock(os.memfd_create('neighbour'), fcntl.LOCK_EX)", "done"),
}

PROCESSES = {
    "a null signal": ("[os.kill(pid, 0) for pid in pids]", "ESRCH"),
    "a kill": ("os.kill(pids[0], 9)", "ESRCH"),
    "a kill of a thread": ("call(234, pids[0], pids[0], 9)", "ESRCH"),
    "a kill of a group": ("os.killpg(pids[0], 9)", "ESRCH"),
    "a queued signal": ("call(129, pids[0], 10, struct.pack('3i116x', 10, 0, -1))", "ESRCH | EPERM"),
    "a descriptor of it": ("os.pidfd_open(pids[0])", "ESRCH"),
    "its folder": ("os.listdir(f'/proc/{pids[0]}')", "ENOENT"),
    "its memory in /proc": ("read(f'/proc/{pids[0]}/mem')", "ENOENT"),
    "its memory by a call": ("call(310, pids[0], bytes(16), 1, bytes(16), 1, 0)", "EPERM"),
    "its memory written": ("call(311, pids[0], bytes(16), 1, bytes(16), 1, 0)", "EPERM"),
    "tracing it": ("call('ptrace', 16, pids[0], 0, 0)", "EPERM"),
    "seizing it": ("call('ptrace', 0x4206, pids[0], 0, 0)", "EPERM"),
    "its limits": ("resource.prlimit(pids[0], resource.RLIMIT_NOFILE, (1, 1))", "ESRCH"),
    "its processors": ("os.sched_setaffinity(pids[0], {0})", "ESRCH"),
    "its policy": ("os.sched_setscheduler(pids[0], os.SCHED_IDLE, os.sched_param(0))", "ESRCH"),
    "its nice value": ("os.setpriority(os.PRIO_PROCESS, pids[0], 19)", "ESRCH"),
    "its disk's priority": ("call(251, 1, pids[0], 3 << 13)", "ESRCH | ENOSYS"),
    "its pages": ("call(279, pids[0], 0, 0, 0, 0, 0)", "EPERM"),
    "its session": ("os.getsid(pids[0])", "ESRCH"),
    "its group": ("os.setpgid(pids[0], pids[0])", "ESRCH"),
    "its processor time by a clock": ("time.clock_gettime(~pids[0] << 3 | 2)", "EINVAL | ESRCH"),
    "its lists of locks": ("call(274, pids[0], bytes(8), bytes(8))", "ESRCH | ENOSYS | EPERM"),
    "its comparison with itself": ("call(312, pids[0], pids[0], 0, 0, 0)", "EPERM"),
    "signals to its descriptor's owner": ("fcntl.fcntl(1, fcntl.F_SETOWN, pids[0])", "ESRCH"),
}

NETWORK = {
    "pid 1's port": ("socket.create_server(('127.0.0.1', 9001))", "EADDRINUSE"),
    "the runtime API beside the server": (
        "(s := socket.socket(), s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1), s.bind(('127.0.0.1', 9001)))",
        "EADDRINUSE"),
    "the AWS API beside the server": (
        "(s := socket.socket(), s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), "
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1), s.bind(('127.0.0.1', port)), s.listen())",
        "EADDRINUSE"),
    "the AWS API on every address": (
        "(s := socket.socket(), s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1), s.bind(('', port)))",
        "EADDRINUSE"),
    "a mark of packets": ("socket.socket().setsockopt(socket.SOL_SOCKET, 36, 1)", "EPERM"),
    "any source address": ("socket.socket().setsockopt(socket.SOL_IP, 19, 1)", "EPERM"),
    "a better priority of packets": ("socket.socket().setsockopt(socket.SOL_SOCKET, 12, 7)", "EPERM"),
    "a forced buffer": ("socket.socket().setsockopt(socket.SOL_SOCKET, 33, 1 << 30)", "EPERM"),
    "an interface taken down": ("fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14x', b'lo', 0))", "EPERM"),
    "another address": (
        "fcntl.ioctl(socket.socket(), 0x8916, struct.pack('16sHH4s8x', b'lo', 2, 0, bytes([10, 0, 0, 1])))", "EPERM"),
    # RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWADDR, RTM_NEWLINK, each to be acknowledged (netlink(7)).
    **{f"{what} by netlink": (f"netlinked({kind}, 5, bytes({length}))", "EPERM") for what, kind, length in (
        ("a route", 24, 12), ("no route", 25, 12), ("an address", 20, 8), ("an interface", 16, 16))},
    **{f"netlink {name}": (f"socket.socket(16, 3, {number})", "EPERM | EPROTONOSUPPORT | EACCES") for name, number in {
        "sockets": 4, "transformations": 6, "firewalls": 12, "events of the kernel": 15, "generic": 16, "crypto": 21,
        "connector": 11, "audit": 9}.items()},
    "a server of the internet": ("socket.create_connection(('1.1.1.1', 80), 1)", "ENETUNREACH"),
    "the metadata of a cloud": ("socket.create_connection(('169.254.169.254', 80), 1)", "ENETUNREACH"),
    "the host by IPv6": ("socket.create_connection(('::1', port), 1)",
                         "ECONNREFUSED | EADDRNOTAVAIL | ENETUNREACH | EAFNOSUPPORT"),
    "a broadcast": (
        "(s := socket.socket(socket.AF_INET, socket.SOCK_DGRAM), s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, "
        "1), s.sendto(b'x', ('255.255.255.255', 9)))", "ENETUNREACH"),
    "a service of the host": ("socket.create_connection(('127.0.0.1', service), 1)", "ECONNREFUSED"),
    "a port of its own, which it may have": ("socket.create_server(('127.0.0.1', 0))", "done"),
}

EVERYTHING = {
    "a worse nice value for the user": ("os.setpriority(os.PRIO_USER, 0, 19)", "done"),
    "no time on the disk for the user": ("call(251, 3, os.getuid(), 3 << 13)", "done | ENOSYS"),
    # Last: it ends the process that tries it, and the function's own.
    "a signal to every process": ("os.kill(-1, 18)", "done"),
}


@pytest.fixture(scope="module")
def intruder(either_server):
    return Intruder(Account(either_server))


@pytest.fixture
def neighbour(either_server):
    """A function of another account that is busy: its answer, and the host's pids of its environment."""
    account = Account(either_server)
    name = account.deploy(VICTIM, Timeout=30, MemorySize=512)
    before = set(environments(either_server.pid))
    answer = account.invoke_aside(name, {"seconds": 3})
    account.wait_until_busy(name)
    pids = sorted(set(environments(either_server.pid)) - before)
    return answer, [*pids, *(pid for each in pids for pid in descendants(each))]


def test_nothing_of_a_busy_neighbour_is_reached(intruder, neighbour):
    answer, _ = neighbour
    intruder.check(PEERS)
    assert answer().value == []


def test_no_process_of_a_neighbour_or_of_the_host_is_touched(intruder, neighbour, either_server):
    answer, pids = neighbour
    assert len(pids) >= 2
    intruder.check(PROCESSES, pids=[*pids, either_server.pid, os.getpid()])
    assert answer().value == []


def niceness(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[16])


def test_what_is_said_of_all_processes_is_said_of_its_own(intruder, neighbour, either_server):
    """As an ordinary user, the environments' processes have one uid."""
    answer, pids = neighbour
    before = [niceness(pid) for pid in [*pids, either_server.pid]]
    intruder.check(EVERYTHING)
    assert [niceness(pid) for pid in [*pids, either_server.pid]] == before
    assert answer().value == []


def test_its_network_is_its_own_and_not_to_be_changed(intruder, either_server):
    with socket.create_server(("127.0.0.1", 0)) as service:
        intruder.check(NETWORK, port=either_server.port, service=service.getsockname()[1])
