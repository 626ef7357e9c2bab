"""From inside: no namespace can be made, joined or left, and no privilege be gained."""

import platform
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from prisoners import Intruder  # noqa: E402

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="some calls are made by x86-64's numbers")

FLAGS = {
    "time": 0x80, "mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000,
}
LINKS = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]

NAMESPACES = {
    **{f"a new {kind} namespace": (f"call('unshare', {flag})", "EPERM") for kind, flag in FLAGS.items()},
    # clone's bit for time is a part of the exit signal.
    **{f"a child in a {kind} namespace": (f"forked({flag})", "EPERM")
       for kind, flag in FLAGS.items() if kind != "time"},
    **{f"joining {kind} again": (f"call('setns', os.open('/proc/self/ns/{kind}', 0), 0)", "EPERM") for kind in LINKS},
    **{f"joining {kind} of pid 1": (f"call('setns', os.open('/proc/1/ns/{kind}', 0), 0)", "ENOENT | EACCES | EPERM")
       for kind in LINKS},
    "joining by a descriptor of pid 1": ("call('setns', os.pidfd_open(1), 0x20000)", "EPERM"),
    "the parent of its user namespace": ("fcntl.ioctl(os.open('/proc/self/ns/user', 0), 0xB702)", "EPERM"),
    "the owner of its user namespace": ("fcntl.ioctl(os.open('/proc/self/ns/user', 0), 0xB701)", "EPERM"),
    "the parent of its pid namespace": ("fcntl.ioctl(os.open('/proc/self/ns/pid', 0), 0xB702)", "EPERM"),
    "a user of the host in its map": ("write('/proc/self/uid_map', '0 0 1')", "EPERM | EACCES | EROFS"),
    "a group of the host in its map": ("write('/proc/self/gid_map', '0 0 1')", "EPERM | EACCES | EROFS"),
    "setgroups allowed again": ("write('/proc/self/setgroups', 'allow')", "EPERM | EROFS | EACCES"),
    "offsets of clocks": ("write('/proc/self/timens_offsets', 'monotonic 1 0')", "EPERM | EACCES | EROFS | ENOENT"),
    "the host name": ("socket.sethostname('mine')", "EPERM"),
}

PRIVILEGES = {
    "user 0": ("os.setuid(0)", "EPERM | EINVAL"),
    "user 0, real and saved": ("os.setresuid(0, 0, 0)", "EPERM | EINVAL"),
    "another user": ("os.setuid(65534)", "EPERM | EINVAL"),
    "group 0": ("os.setgid(0)", "EPERM | EINVAL"),
    "other groups": ("os.setgroups([0])", "EPERM | EINVAL"),
    "another user for files": (
        "['kept', 'changed'][(libc.setfsuid(0), libc.setfsuid(-1))[1] != os.getuid()]", "kept"),
    "every capability": (
        "call('capset', struct.pack('Ii', 0x20080522, 0), struct.pack('6I', *[0xFFFFFFFF] * 6))", "EPERM"),
    "an inheritable capability": (
        "call('capset', struct.pack('Ii', 0x20080522, 0), struct.pack('6I', 0, 0, 1, 0, 0, 0))", "EPERM"),
    "an ambient capability": ("call('prctl', 47, 2, 21, 0, 0)", "EPERM"),
    "secure bits": ("call('prctl', 28, 1, 0, 0, 0)", "EPERM"),
    "no_new_privs taken back": ("call('prctl', 38, 0, 0, 0, 0)", "EINVAL"),
    "the filter of calls taken back": ("call('prctl', 22, 0, 0, 0, 0)", "EINVAL"),
    "a filter that allows everything": ("(filtered(), call('mount', b'x', b'/tmp', b'tmpfs', 0, None))", "EPERM"),
    "a filter that answers in pid 1's place": ("filtered(flags=8)", "EBUSY | EPERM"),
    "a setuid program of the host": ("run('/usr/bin/su', 'root', '-c', 'id')", "exit 1 | exit 126 | ENOENT"),
    "a program made setuid": ("'uid=0' if 'uid=0' in privileged_copy(0o4755) else 'no gain'", "no gain"),
    "a program made setgid": ("'gid=0' if 'gid=0' in privileged_copy(0o2755) else 'no gain'", "no gain"),
    "a file's owner": ("os.chown(open('/tmp/owned', 'w').name, 0, 0)", "EPERM | EINVAL"),
    "a file's capabilities": (
        "os.setxattr(open('/tmp/capable', 'w').name, 'security.capability', "
        "struct.pack('<5I', 0x02000001, 1 << 21, 0, 0, 0))", "EPERM | EOPNOTSUPP"),
    "a trusted attribute": (
        "os.setxattr(open('/tmp/trusted', 'w').name, 'trusted.overlay.opaque', b'y')", "EPERM | EOPNOTSUPP"),
    "real time": ("os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))", "EPERM"),
    "a deadline": ("call(314, 0, struct.pack('IIQiIQQQ', 48, 6, 0, 0, 0, 10**6, 10**7, 10**7), 0)", "EPERM"),
    "a better nice value": ("os.setpriority(os.PRIO_PROCESS, 0, -20)", "EPERM | EACCES"),
    "real time for its disk": ("call(251, 1, 0, 1 << 13)", "EPERM | ENOSYS"),
    "more descriptors": ("call('setrlimit', resource.RLIMIT_NOFILE, struct.pack('2Q', 1 << 20, 1 << 20))", "EPERM"),
    "more processes": ("call('setrlimit', resource.RLIMIT_NPROC, struct.pack('2Q', 1 << 20, 1 << 20))", "EPERM"),
    "more locked memory": ("call('setrlimit', resource.RLIMIT_MEMLOCK, struct.pack('2Q', 1 << 40, 1 << 40))", "EPERM"),
    "more signals": ("call('setrlimit', resource.RLIMIT_SIGPENDING, struct.pack('2Q', 1 << 20, 1 << 20))", "EPERM"),
    "more queues": ("call('setrlimit', resource.RLIMIT_MSGQUEUE, struct.pack('2Q', 1 << 20, 1 << 20))", "EPERM"),
    "a program of the host for its core": (
        "(call('setrlimit', resource.RLIMIT_CORE, struct.pack('2Q', 0, 0)), "
        "['kept', 'changed'][resource.getrlimit(resource.RLIMIT_CORE) != (1, 1)])[1]", "kept"),
    "never the first to be killed": ("write('/proc/self/oom_score_adj', '-1000')", "EACCES | EPERM"),
    "a login of another user": ("write('/proc/self/loginuid', '0')", "EPERM | EACCES | EROFS | ENOENT | EINVAL"),
    "the clock": ("time.clock_settime(time.CLOCK_REALTIME, 0)", "EPERM"),
    "a worse nice value, which is its own affair": ("os.setpriority(os.PRIO_PROCESS, 0, 19)", "done"),
}


@pytest.fixture(scope="module")
def intruder(either_server):
    return Intruder(Account(either_server))


@pytest.mark.parametrize("table", [NAMESPACES, PRIVILEGES], ids=["namespaces", "privileges"])
def test_nothing_is_gained(intruder, table):
    intruder.check(table)
