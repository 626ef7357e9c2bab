"""A small disk of a test's own, which can be filled and emptied: a tmpfs."""

import errno
import subprocess

PIECES = [1 << 20, 1 << 16, 1 << 12]


class MountFailure(Exception):
    """This user may not mount here."""


class SmallDisk:
    """Mounts a tmpfs (tmpfs(5)) on a folder; `close` takes it away, which fails while anybody uses it."""

    def __init__(self, folder, mebibytes):
        self.folder = folder
        self.ballast = None
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "strata-small-disk", str(folder)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise MountFailure(result.stderr.strip())

    def fill(self):
        """Takes all room that there is, and again what was given back since."""
        if self.ballast is None:
            self.ballast = open(self.folder / "ballast", "wb", buffering=0)
        for size in PIECES:
            try:
                while self.ballast.write(bytes(size)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self):
        """Gives the room back."""
        if self.ballast is not None:
            self.ballast.close()
            (self.folder / "ballast").unlink()
            self.ballast = None

    def close(self):
        self.free()
        subprocess.run(["umount", str(self.folder)], check=True, capture_output=True, text=True)
