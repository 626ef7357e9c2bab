"""A small disk of a test's own, which can be filled and emptied: a tmpfs."""

import contextlib
import errno
import itertools
import shutil
import subprocess

PIECES = [1 << 20, 1 << 16, 1 << 12]
# Enough for the files of a test; few, so that they are soon taken.
INODES = 8_000


class MountFailure(Exception):
    """This user may not mount here."""


@contextlib.contextmanager
def until_full():
    """Ends what it holds when there is no room."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


class SmallDisk:
    """Mounts a tmpfs (tmpfs(5)) on a folder; `close` takes it away, which fails while anybody uses it."""

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
        """Takes all room that there is for bytes and for files, and again what was given back since."""
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
        """Gives the room back."""
        shutil.rmtree(self.ballast, ignore_errors=True)

    def close(self):
        self.free()
        subprocess.run(["umount", str(self.folder)], check=True, capture_output=True, text=True)
