"""Runs inside an execution environment and attempts what must fail. Each probe returns its observations.

Length: one file, because it is one deployment package; the probes are independent.
"""

import contextlib
import ctypes
import errno
import os
import socket
import stat
import struct
import time

libc = ctypes.CDLL(None, use_errno=True)
LINUX_CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def handler(event, context):
    return globals()["probe_" + event["probe"]](**event.get("with", {}))


def outcome(result):
    """`done`, or the name of a C library call's error."""
    return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"


def attempt(action):
    """`done`, or the name of an action's error."""
    try:
        action()
        return "done"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def status_fields(pid="self"):
    with open(f"/proc/{pid}/status") as lines:
        return dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)


def probe_listing(paths):
    """The content of each folder; None where it is missing or not readable."""
    found = {}
    for path in paths:
        try:
            found[path] = sorted(os.listdir(path))
        except OSError:
            found[path] = None
    return found


def probe_readable(paths):
    found = []
    for path in paths:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            file.read(1)
            found.append(path)
    return found


def probe_search(name):
    """Every path in the file system, except the host's programs, with a file of this name."""
    found = []
    for folder, folders, files in os.walk("/"):
        if folder == "/":
            folders[:] = [each for each in folders if each not in ("proc", "sys", "usr")]
        if name in files or name in folders:
            found.append(os.path.join(folder, name))
    return found


def probe_write(paths):
    """Tries to create a file in each folder, and to change existing ones."""
    results = {}
    for path in paths:
        results[path] = attempt(lambda: open(os.path.join(path, "strata-probe"), "w").close())
    return results


def probe_change(path):
    return {
        "append": attempt(lambda: open(path, "a").close()),
        "chmod": attempt(lambda: os.chmod(path, 0o777)),
        "unlink": attempt(lambda: os.unlink(path)),
        "rename": attempt(lambda: os.rename(path, path + ".moved")),
        "link": attempt(lambda: os.link(path, "/tmp/linked")),
    }


def probe_identity():
    fields = status_fields()
    return {
        "uids": os.getresuid(),
        "groups": os.getgroups(),
        "capabilities": {name: int(fields[name], 16) for name in LINUX_CAPABILITY_SETS},
        "no_new_privileges": fields["NoNewPrivs"],
        "seccomp": fields["Seccomp"],
        "host_uid_map": open("/proc/self/uid_map").read().split(),
    }


def probe_processes():
    """The commands of all processes in /proc."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                found[entry] = open(f"/proc/{entry}/cmdline").read().replace("\0", " ").strip()
    return {"me": os.getpid(), "all": found}


def probe_descriptors():
    """The inherited descriptors other than the standard streams and those that the runtime opened."""
    found = {}
    for entry in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found[entry] = os.readlink(f"/proc/self/fd/{entry}")
    return found


def probe_signals(pids):
    """Signals foreign processes: whether any can be signalled."""
    return {str(pid): attempt(lambda: os.kill(pid, 0)) for pid in pids}


def probe_calls():
    """System calls that could escape the sandbox, by their x86-64 numbers (unistd_64.h)."""
    path = ctypes.create_string_buffer(b"/tmp/x")
    os.makedirs("/tmp/x", exist_ok=True)
    new_user, new_mount, new_network = 0x10000000, 0x00020000, 0x40000000
    clone3 = (ctypes.c_uint64 * 11)(new_user, 0, 0, 0, 17)
    calls = {
        "mount a tmpfs": lambda: libc.mount(b"none", path, b"tmpfs", 0, None),
        "mount a bind": lambda: libc.mount(b"/", path, None, 4096, None),
        "remount the root": lambda: libc.mount(b"none", b"/", None, 32, None),
        "unmount": lambda: libc.umount2(b"/var/task", 2),
        "pivot_root": lambda: libc.syscall(155, path, path),
        "chroot": lambda: libc.chroot(path),
        "fsopen": lambda: libc.syscall(430, b"tmpfs", 0),
        "open_tree": lambda: libc.syscall(428, -100, b"/", 1),
        "move_mount": lambda: libc.syscall(429, -100, b"/tmp", -100, b"/var", 0),
        "mount_setattr": lambda: libc.syscall(442, -100, b"/", 0x8000, bytes(32), 32),
        "unshare a user namespace": lambda: libc.unshare(new_user),
        "unshare a mount namespace": lambda: libc.unshare(new_mount),
        "unshare a network namespace": lambda: libc.unshare(new_network),
        "clone a user namespace": lambda: exit_child(libc.syscall(56, new_user | 17, 0, 0, 0, 0)),
        "clone3 a user namespace": lambda: exit_child(libc.syscall(435, clone3, 88)),
        "setns": lambda: libc.setns(os.open("/proc/self/ns/user", os.O_RDONLY), 0),
        "sethostname": lambda: libc.sethostname(b"mine", 4),
        "setuid(0)": lambda: libc.setuid(0) if os.getuid() else libc.syscall(105, 12345),
        "mknod": lambda: libc.mknod(b"/tmp/null", stat.S_IFCHR | 0o666, os.makedev(1, 3)),
        "bpf": lambda: libc.syscall(321, 0, bytes(64), 64),
        "perf_event_open": lambda: libc.syscall(298, bytes(128), 0, -1, -1, 0),
        "keyctl": lambda: libc.syscall(250, 0, -3, 0, 0, 0),
        "add_key": lambda: libc.syscall(248, b"user", b"strata", b"x", 1, -3),
        "kexec_load": lambda: libc.syscall(246, 0, 0, 0, 0),
        "init_module": lambda: libc.syscall(175, bytes(16), 16, b""),
        "userfaultfd": lambda: libc.syscall(323, 0),
        "io_uring_setup": lambda: libc.syscall(425, 1, bytes(120)),
        "settimeofday": lambda: libc.settimeofday(struct.pack("qq", 0, 0), None),
        "reboot": lambda: libc.reboot(0),
        "swapon": lambda: libc.syscall(167, b"/tmp/x", 0),
        "quotactl": lambda: libc.syscall(179, 0x80000700, b"/", 0, bytes(64)),
        "open_by_handle_at": lambda: libc.syscall(304, -100, bytes(128), 0),
        "process_vm_readv": lambda: libc.syscall(310, 1, bytes(16), 1, bytes(16), 1, 0),
        "ptrace init": lambda: libc.ptrace(16, 1, 0, 0),
        "acct": lambda: libc.acct(b"/tmp/x"),
        "ioperm": lambda: libc.ioperm(0, 1, 1),
    }
    results = {}
    for name, call in calls.items():
        ctypes.set_errno(0)
        try:
            results[name] = outcome(call())
        except OSError as error:
            results[name] = errno.errorcode[error.errno]
    return results


def exit_child(result):
    if result == 0:
        os._exit(0)
    if result > 0:
        os.waitpid(result, 0)
    return result


def probe_open(paths):
    """Tries to open files for reading and, separately, for writing."""
    ways = (os.O_RDONLY, os.O_WRONLY)
    return {path: [attempt(lambda: os.close(os.open(path, way))) for way in ways] for path in paths}


def probe_sockets():
    kinds = {
        "raw": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "packet": (getattr(socket, "AF_PACKET", 17), socket.SOCK_RAW, 0),
        "kernel crypto": (38, socket.SOCK_SEQPACKET, 0),
        "vsock": (40, socket.SOCK_STREAM, 0),
        "bluetooth": (31, socket.SOCK_RAW, 0),
    }
    return {name: attempt(lambda: socket.socket(*arguments).close()) for name, arguments in kinds.items()}


def probe_connect(addresses):
    """Whether each TCP address accepts a connection; a time-out counts as no."""
    results = {}
    for host, port in addresses:
        connection = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(0.5)
        try:
            connection.connect((host, port))
            results[f"{host}:{port}"] = "connected"
        except OSError as error:
            results[f"{host}:{port}"] = type(error).__name__
        connection.close()
    return results


def probe_abstract(name):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect("\0" + name)
        return "connected"
    except OSError as error:
        return errno.errorcode[error.errno]


def probe_ports():
    """All loopback ports with a listener."""
    found = []
    for port in range(1, 65536):
        connection = socket.socket()
        if connection.connect_ex(("127.0.0.1", port)) == 0 and connection.getpeername() != connection.getsockname():
            found.append(port)
        connection.close()
    return found


def probe_interfaces():
    return [name for _, name in socket.if_nameindex()]


def probe_fork_bomb():
    """Forks until fork fails: the number of processes created."""
    children = []
    try:
        while len(children) < 5000:
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
        end = "no limit"
    except OSError as error:
        end = errno.errorcode[error.errno]
    for child in children:
        os.kill(child, 9)
    for child in children:
        os.waitpid(child, 0)
    return {"count": len(children), "end": end}


def probe_wild_fork_bomb():
    """Forks without limit in every process."""
    while True:
        with contextlib.suppress(OSError):
            os.fork()


def probe_descriptor_limit():
    opened = []
    try:
        while len(opened) < 100_000:
            opened.append(os.open("/dev/null", os.O_RDONLY))
        return "no limit"
    except OSError:
        return len(opened)
    finally:
        for descriptor in opened:
            os.close(descriptor)


def probe_mounts():
    """All mounts: path and options."""
    with open("/proc/self/mountinfo") as lines:
        return {fields[4]: fields[5].split(",") for fields in map(str.split, lines)}


def probe_root_links():
    """Paths through /proc to another root."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            found[entry] = attempt(lambda: os.listdir(f"/proc/{entry}/root"))
    return found


def probe_log_flood(count):
    for number in range(count):
        print("x" * 1000, number)
    return "flooded"


def probe_runtime_api(request):
    """Sends bytes to the runtime API and returns the first line of its answer."""
    host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(request.encode("latin-1"))
        connection.settimeout(2)
        try:
            return connection.recv(65536).decode("latin-1").split("\r\n")[0]
        except OSError as error:
            return type(error).__name__
