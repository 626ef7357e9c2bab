"""Resources that servers leave behind: processes, mounts, cgroups. There must be none."""

import contextlib
import ctypes
import os
import re
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Makes this process the subreaper of its descendants (prctl(2)), so that no orphan escapes notice."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def processes():
    """Every process of this host: pid → (state, parent)."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            # The name in parentheses may contain any character, even parentheses.
            state, parent = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(entry)] = (state, int(parent))
    return found


def orphans(managed):
    """Orphaned descendants that this process has adopted, except those in `managed`."""
    found = []
    for pid, (state, parent) in processes().items():
        if parent != os.getpid() or pid in managed:
            continue
        if state == "Z":
            os.waitpid(pid, os.WNOHANG)
        else:
            found.append(pid)
    return found


def orphans_after_a_while(managed, seconds=5):
    """The same, after a grace period for processes that are exiting."""
    deadline = time.monotonic() + seconds
    while (found := orphans(managed)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [(pid, command_line(pid)) for pid in found]


def descendants(pid):
    """All descendants of a process."""
    table = processes()
    below = {pid}
    while more := {child for child, (_, parent) in table.items() if parent in below} - below:
        below |= more
    return below - {pid}


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def mounts(below):
    """Mounts in the host's own mount namespace that mention a folder."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if str(below) in line]


def cgroups(pids):
    """The cgroups of servers that had these process ids: `strata-PID` in any hierarchy."""
    names = {f"strata-{pid}" for pid in pids}
    found = []
    for folder, folders, _ in os.walk("/sys/fs/cgroup"):
        found += [os.path.join(folder, name) for name in folders if name in names]
    return found


def namespaces(pids):
    """The namespaces of processes (namespaces(7)), and those that they hold open."""
    found = set()
    for pid in pids:
        for folder in ("ns", "fd"):
            try:
                found |= {link for link in links(f"/proc/{pid}/{folder}") if re.fullmatch(r"[a-z_]+:\[\d+\]", link)}
            except OSError:
                continue  # it has ended
    return {link for link in found if not link.startswith(("pipe:", "socket:"))}


def links(folder):
    """The targets of the links in a folder of /proc."""
    for name in os.listdir(folder):
        # A descriptor may have been closed since.
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(f"{folder}/{name}")


def environments(server):
    """The first process of each of a server's execution environments (proc_pid_status(5))."""
    found = []
    for pid, (state, parent) in processes().items():
        if parent != server or state in "ZX":
            continue
        with contextlib.suppress(OSError):
            ids = re.search(r"^NSpid:\t(.*)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
            if ids and ids[1].split()[1:] == ["1"]:
                found.append(pid)
    return found
