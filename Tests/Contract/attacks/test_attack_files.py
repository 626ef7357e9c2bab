"""From inside: no mount, path, link, descriptor or device leads out of the environment's own root, and nothing that
others see can be changed."""

import platform
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from packages import link  # noqa: E402
from prisoners import Intruder  # noqa: E402

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="some calls are made by x86-64's numbers")

READ_ONLY = "EROFS | EACCES | EPERM"
GONE = "ENOENT | EACCES | EPERM | ENOTDIR"


def mounting(source, target, kind=None, flags=0):
    kind = f"b'{kind}'" if kind else None
    return f"call('mount', b'{source}', b'{target}', {kind}, {flags}, None)", "EPERM"


BIND, MOVE, REMOUNT, SHARED = 4096, 8192, 32, 1 << 20
MOUNTS = {
    **{f"{kind} over /tmp": mounting("none", "/tmp", kind)
       for kind in ("tmpfs", "proc", "sysfs", "devtmpfs", "cgroup2", "mqueue", "bpf", "debugfs", "overlay", "fuse")},
    "its code over a program": mounting("/var/task", "/usr/bin", flags=BIND),
    "the root of pid 1": mounting("/proc/1/root", "/tmp", flags=BIND),
    **{f"{path} to be written": mounting("none", path, flags=REMOUNT)
       for path in ("/", "/usr", "/var/task", "/var/runtime", "/dev/null", "/proc/sys")},
    "/tmp with set-user-ids": mounting("none", "/tmp", flags=REMOUNT),
    "mounts that the host sees": mounting("none", "/", flags=SHARED),
    "/proc moved": mounting("/proc", "/tmp", flags=MOVE),
    **{f"{path} taken off": (f"call('umount2', b'{path}', 2)", "EPERM")
       for path in ("/", "/var/task", "/proc", "/proc/sys", "/dev/null", "/usr")},
    "the old root": ("(os.mkdir('/tmp/old'), call(155, b'/tmp', b'/tmp/old'))", "EPERM"),
    "the old root in place": ("call(155, b'.', b'.')", "EPERM"),
    "another root": ("os.chroot('/tmp')", "EPERM"),
    "a copy of the mounts": ("call(428, -100, b'/', 0x8001)", "EPERM"),
    "the attributes of all mounts": ("call(442, -100, b'/', 0x8000, bytes(32), 32)", "EPERM"),
}

PROC = {
    **{f"/proc/1/{name}": (f"read('/proc/1/{name}')", "EACCES | EPERM | ENOENT")
       for name in ("mem", "environ", "maps", "smaps", "auxv", "stack", "syscall", "io", "pagemap")},
    **{f"/proc/1/{name} as a folder": (f"os.listdir('/proc/1/{name}')", "EACCES | EPERM | ENOENT")
       for name in ("root", "cwd", "fd", "fdinfo", "map_files", "ns", "task/1/fd")},
    "pid 1's program": ("read('/proc/1/exe')", GONE),
    "the parent of pid 1": ("os.listdir('/proc/0')", "ENOENT"),
    "above the root": ("['inside', 'above'][os.stat('/..').st_ino != os.stat('/').st_ino]", "inside"),
    "above its own root in /proc": (
        "['inside', 'above'][os.listdir('/proc/self/root/../..') != os.listdir('/')]", "inside"),
    "above a descriptor of the root": (
        "os.open('../../../etc/shadow', 0, dir_fd=os.open('/', os.O_RDONLY))", GONE),
    "above an O_PATH descriptor": ("os.open('../../../etc/shadow', 0, dir_fd=os.open('/', os.O_PATH))", GONE),
    "a link to pid 1's root": ("through('root-of-1', '/proc/1/root')", GONE),
    "a link to a file of pid 1's root": ("through('file-of-1', '/proc/1/root', '/etc/shadow')", GONE),
    "a link to pid 1's folder": ("through('cwd-of-1', '/proc/1/cwd')", GONE),
    "a link to pid 1's control socket": ("through('fd-of-1', '/proc/1/fd/3')", GONE),
    "a link that climbs": ("through('climbing', '../../../../../../etc/shadow')", GONE),
    "a file by a handle": ("call(304, -100, struct.pack('Iiq', 8, 1, 2), 0)", "EPERM"),
    "a handle of a file": ("call(303, -100, b'/usr', struct.pack('Iiq', 8, 1, 2), bytes(4), 0)", "EPERM"),
    **{f"/proc/sys/{name}": (f"write('/proc/sys/{name}')", f"{READ_ONLY} | ENOENT") for name in (
        "kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "kernel/randomize_va_space", "kernel/ns_last_pid",
        "kernel/perf_event_paranoid", "kernel/yama/ptrace_scope", "kernel/unprivileged_bpf_disabled", "vm/drop_caches",
        "vm/overcommit_memory", "fs/file-max", "fs/protected_symlinks", "fs/suid_dumpable", "user/max_user_namespaces",
        "net/ipv4/ip_forward", "net/core/somaxconn", "net/ipv4/tcp_mem")},
    **{f"/proc/{name} written": (f"write('/proc/{name}')", f"{READ_ONLY} | ENOENT | EIO") for name in (
        "sysrq-trigger", "irq/default_smp_affinity", "mtrr", "scsi/scsi", "acpi/wakeup", "1/comm",
        "1/clear_refs", "1/coredump_filter", "1/attr/current", "1/oom_score_adj", "1/sched")},
    **{f"/proc/{name} read": (f"read('/proc/{name}')", "EACCES | EPERM | ENOENT | EIO | empty")
       for name in ("kcore", "kmsg", "kpagecount", "kpageflags", "vmallocinfo", "slabinfo", "timer_list")},
    "addresses of the kernel": (
        "'hidden' if {line.split()[0].strip('0') for line in open('/proc/kallsyms')} == {''} else 'shown'",
        "hidden | ENOENT | EACCES | EPERM"),
    **{f"/sys/{name}": (f"os.stat('/sys/{name}')", "ENOENT")
       for name in ("fs/cgroup", "kernel/security", "kernel/debug", "class/net", "firmware", "power/state")},
    "its own status, which it may read": ("read('/proc/self/status')", "done"),
}

DEVICES = {
    **{f"/dev/{name}": (f"os.open('/dev/{name}', os.O_RDWR)", "ENOENT | EACCES | EPERM | ENXIO")
       for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "loop0", "loop-control", "fuse", "kvm",
                    "net/tun", "mapper/control", "console", "tty", "tty0", "ptmx", "vhost-net", "rtc0", "hpet")},
    "a device of memory": ("os.mknod('/tmp/mem', stat.S_IFCHR | 0o666, os.makedev(1, 1))", "EPERM"),
    "a device of a disk": ("os.mknod('/tmp/disk', stat.S_IFBLK | 0o666, os.makedev(8, 0))", "EPERM"),
    "a whiteout of an overlay": ("os.mknod('/tmp/white', stat.S_IFCHR, os.makedev(0, 0))", "EPERM | done"),
    "a device in /dev": ("os.mknod('/dev/mem', stat.S_IFCHR | 0o666, os.makedev(1, 1))", READ_ONLY),
    "a null that is its own": ("os.rename('/dev/null', '/dev/zero')", f"{READ_ONLY} | EBUSY"),
    "no null": ("os.unlink('/dev/null')", f"{READ_ONLY} | EBUSY"),
    "null itself, which it may write": ("write('/dev/null')", "done"),
}

CODE, PROGRAM, BOOTSTRAP = "/var/task/app.py", "/usr/bin/env", "/var/runtime/bootstrap.py"
CHANGES = {
    **{f"{path}: {name}": (expression.replace("PATH", repr(path)), READ_ONLY + more)
       for path in (CODE, PROGRAM, BOOTSTRAP) for name, expression, more in (
           ("opened again to be written", "reopened(PATH, os.O_RDWR)", ""),
           ("cut by its descriptor", "reopened(PATH, os.O_WRONLY | os.O_TRUNC)", ""),
           ("cut", "os.truncate(PATH, 0)", ""),
           ("a mode by a descriptor", "os.fchmod(os.open(PATH, 0), 0o777)", ""),
           ("an owner by a descriptor", "os.fchown(os.open(PATH, 0), os.getuid(), os.getgid())", ""),
           ("times by a descriptor", "os.utime(os.open(PATH, 0), (0, 0))", ""),
           ("an attribute", "os.setxattr(PATH, 'user.x', b'x')", " | EOPNOTSUPP"),
           ("shared memory of it", "mmap.mmap(os.open(PATH, 0), 1, mmap.MAP_SHARED, mmap.PROT_WRITE)", ""),
           ("never to be changed", "fcntl.ioctl(os.open(PATH, 0), 0x40086602, struct.pack('l', 0x10))",
            " | ENOTTY | EOPNOTSUPP"),
           ("a hard link", "os.link(PATH, '/tmp/' + os.path.basename(PATH))", " | EXDEV"),
           ("room beyond its end", "os.posix_fallocate(os.open(PATH, 0), 0, 1 << 20)", " | EBADF"),
       )},
    **{f"a file without a name in {folder}": (f"os.open('{folder}', os.O_TMPFILE | os.O_RDWR)",
                                              f"{READ_ONLY} | EOPNOTSUPP")
       for folder in ("/", "/var/task", "/usr", "/opt", "/var/runtime", "/dev")},
    **{f"{name} of {folder}": (f"fcntl.ioctl(os.open('{folder}', 0), {code}, bytes(64))",
                               f"{READ_ONLY} | ENOTTY | EOPNOTSUPP | EINVAL")
       for folder in ("/usr", "/var/task") for name, code in (
           ("a freeze", 0xC0045877), ("a trim", 0xC0185879), ("a resize", 0x40086610))},
    "an opaque folder of an overlay": ("os.setxattr('/usr', 'trusted.overlay.opaque', b'y')", READ_ONLY),
    "a redirected folder of an overlay": ("os.setxattr('/usr', 'user.overlay.redirect', b'/root')",
                                          f"{READ_ONLY} | EOPNOTSUPP"),
    "a file of its own, which it may write": ("write(open('/tmp/own', 'w').name)", "done"),
}

DESCRIPTORS = {
    "a folder that was left open": (
        "' '.join(each for each in os.listdir('/proc/self/fd') if os.path.isdir('/proc/self/fd/' + each) "
        "and os.readlink('/proc/self/fd/' + each) != f'/proc/{os.getpid()}/fd') or 'none'", "none"),
    "a peer that is not of this network": (
        "' '.join(link for each in os.listdir('/proc/self/fd') if each.isdigit() and os.path.lexists("
        "'/proc/self/fd/' + each) and (link := os.readlink('/proc/self/fd/' + each)).startswith("
        "('/memfd', 'anon_inode:[event', 'anon_inode:bpf', 'anon_inode:[pid'))) or 'none'", "none"),
    "what is typed to the server": ("os.read(0, 1).decode() or 'nothing'", "nothing"),
    "a larger pipe of its log": ("fcntl.fcntl(reopened('/proc/self/fd/1', os.O_WRONLY), 1031, 1 << 20)", "EPERM"),
    "pid 1's descriptors": ("call(438, os.pidfd_open(1), 3, 0)", "EPERM"),
}


@pytest.fixture(scope="module")
def intruder(either_server):
    return Intruder(Account(either_server))


@pytest.mark.parametrize(
    "table", [MOUNTS, PROC, DEVICES, CHANGES, DESCRIPTORS], ids=["mounts", "proc", "devices", "changes", "descriptors"])
def test_nothing_leads_out_or_can_be_changed(intruder, table):
    intruder.check(table)


def test_links_of_a_layer_and_of_code_end_inside(either_server):
    """Absolute links and those that climb are refused in packages; those to folders of the package are not."""
    account = Account(either_server)
    layer = account.publish("links", {"real/file": "mine", "inside": link("real/file")})
    intruder = Intruder(account, {"inside": link("app.py")}, Layers=[layer["LayerVersionArn"]])
    intruder.check({
        "a link of a layer": ("open('/opt/inside').read()", "mine"),
        "a link of a layer to be written": ("write('/opt/inside')", READ_ONLY),
        "a link of its code to be written": ("write('/var/task/inside')", READ_ONLY),
        "a file through a link of a layer": ("write(f'/opt/real/../../var/task/new')", f"{READ_ONLY} | ENOENT"),
    })
