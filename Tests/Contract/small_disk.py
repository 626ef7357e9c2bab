"""A small disk that a test can fill and empty: a tmpfs."""

import contextlib
import errno
import itertools
import shutil
import subprocess

PIECES = [1 << 20, 1 << 16, 1 << 12]
# Enough inodes for a test's files, and few enough to use up quickly.
INODES = 8_000


class MountFailure(Exception):
    """This user cannot mount here."""


@contextlib.contextmanager
def until_full():
    """Suppresses the error of a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


class SmallDisk:
    """Mounts a tmpfs (tmpfs(5)) on a folder; `close` unmounts it, which fails while it is in use."""

    def __init__(self, folder, mebibytes):
        self.folder = folder
        self.ballast = folder / "ballast"
        self.numbers = itertools.count()
        options = f"size={mebibytes}m,nr_inodes={INODES},mode=755"
        command = ["mount", "-t", "tmpfs", "-o", options, "strata-small-disk", str(folder)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise MountFailure(result.stderr.strip())

    def fill(self):
        """Uses up all free bytes and inodes, also those freed since the last call."""
        self.ballast.mkdir(exist_ok=True)
        with until_full(), open(self.ballast / "bytes", "ab", buffering=0) as file:
            for size in PIECES:
                with until_full():
                    while file.write(bytes(size)):
                        pass
        with until_full():
            while True:
                (self.ballast / str(next(self.numbers))).touch()

    def free(self):
        """Frees the space again."""
        shutil.rmtree(self.ballast, ignore_errors=True)

    def close(self):
        self.free()
        subprocess.run(["umount", str(self.folder)], check=True, capture_output=True, text=True)
