"""The resources of the host that an idle server uses."""

import os
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import leftovers

SETTLE_SECONDS = 30
# Of two databases: one connection that writes and four that read, each with the file and its log, and one shared index.
MAXIMUM_DATABASE_DESCRIPTORS = 2 * (5 * 2 + 1)


@dataclass
class Footprint:
    """Counts by kind, except for memory, so that a difference names its kind."""

    # Without file pages, which other processes may map too.
    memory_bytes: int
    descriptors: Counter
    # A database pools its connections, four at most.
    database_descriptors: int
    threads: int
    processes: int
    # Only mounts on folders of the tests; other processes may mount meanwhile.
    mounts: int
    cgroups: int

    @classmethod
    def of(cls, server):
        """The footprint of a running server."""
        kinds = [kind(target) for target in leftovers.links(f"/proc/{server.pid}/fd")]
        others = [each for each in kinds if ".sqlite" not in each]
        return cls(
            proportional_bytes(server.pid, "Pss_Anon"), Counter(others), len(kinds) - len(others),
            len(os.listdir(f"/proc/{server.pid}/task")), len(leftovers.descendants(server.pid)),
            len(leftovers.mounts(server.installation.root)), inner_cgroups(server.pid))

    @classmethod
    def at_rest(cls, server):
        """The footprint once environments have ended, connections are closed and the figures are stable."""
        end, last = time.monotonic() + SETTLE_SECONDS, None
        while time.monotonic() < end:
            time.sleep(0.5)
            found = cls.of(server)
            if not found.processes and last and found.counts == last.counts:
                return found
            last = found
        raise AssertionError(f"the server does not come to rest: {last}")

    @property
    def counts(self):
        """All counts that must not grow."""
        return {
            "descriptors": self.descriptors, "threads": self.threads, "processes": self.processes,
            "mounts": self.mounts, "cgroups": self.cgroups,
        }


def kind(target):
    """A descriptor's kind: the path of a file, otherwise its type."""
    return re.sub(r":\[\d+\]$", "", target)


def proportional_bytes(pid, kind="Pss"):
    """The PSS of a process (proc_pid_smaps(5)), or a part of it; 0 for a process without memory."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024
    return 0


def inner_cgroups(pid):
    """The number of cgroups that a server has created below its own."""
    return sum(len(folders) for each in leftovers.cgroups({pid}) for _, folders, _ in os.walk(each))
