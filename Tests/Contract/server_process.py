"""A real server process, started from its binary."""

import contextlib
import functools
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("STRATA_BINARY", REPOSITORY / ".build" / "debug" / "strata"))
READY_LINE = re.compile(r"^Strata (\S+) is ready: (http://[\d.]+:(\d+)) \(data folder: (.*)\)$")
# Long enough for a slow machine; a test that gets here has failed.
PATIENCE_SECONDS = 30
# Uids that distributions do not assign; the highest without a process is used. Parallel test processes have separate
# ranges, because two of them may choose at the same moment.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
ORDINARY_UIDS = range(64_999 - WORKER % 10 * 100, 64_899 - WORKER % 10 * 100, -1)


class StartFailure(Exception):
    """The server exited, or printed something other than its ready line."""

    def __init__(self, exit_code, stdout, stderr):
        super().__init__(f"exit code {exit_code}, stdout {stdout!r}, stderr {stderr!r}")
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr


class Installation:
    """The user, binaries, interpreter and folders of a server."""

    def __init__(self, binary, interpreter, uid=None):
        self.binary = binary
        self.interpreter = Path(interpreter).resolve()
        self.uid = uid
        # Not pytest's temporary folder, which other users cannot read.
        self.root = Path(tempfile.mkdtemp(prefix="strata-contract-"))
        self.root.chmod(0o755)
        # The command line that has to come before the program, and whether each environment is a user of its own.
        self.prefix = []
        self.has_users = uid is None and os.geteuid() == 0
        self.started = []
        self.started_pids = set()

    @classmethod
    def for_ourselves(cls):
        return cls(BINARY, getattr(sys, "_base_executable", sys.executable))

    @classmethod
    def for_ordinary_user(cls):
        """The same for an unprivileged user, who cannot read root's home either."""
        installation = cls(BINARY, "/usr/bin/python3", uid=unused_uid())
        programs = installation.root / "bin"
        programs.mkdir()
        for name in ("strata", "strata-init"):
            shutil.copy(BINARY.parent / name, programs / name)
            (programs / name).chmod(0o755)
        installation.binary = programs / "strata"
        installation.prefix = [
            "setpriv", "--reuid", str(installation.uid), "--regid", str(installation.uid), "--clear-groups", "--"]
        return installation

    @classmethod
    def for_user_with_subordinates(cls):
        """An unprivileged user whom /etc/subuid gives users of its own, as seen by its processes alone."""
        installation = cls.for_ordinary_user()
        uid, first = installation.uid, 1_000_000_000 + installation.uid % 1000 * 65_536
        files = {
            "passwd": Path("/etc/passwd").read_text() + f"strata-test:x:{uid}:{uid}::/:/bin/sh\n",
            "subuid": f"{uid}:{first}:65536\n", "subgid": f"{uid}:{first}:65536\n"}
        mounts = "mount --make-rprivate /"
        for name, text in files.items():
            (installation.root / name).write_text(text)
            mounts += f" && mount --bind {installation.root / name} /etc/{name}"
        installation.prefix = ["unshare", "-m", "sh", "-c", mounts + ' && exec "$@"', "sh", *installation.prefix]
        installation.has_users = True
        return installation

    # Cached: nearly every test asks, and starting an interpreter takes longer than most calls.
    @functools.cached_property
    def runtime(self):
        """The interpreter's runtime, such as `python3.11`."""
        command = [self.interpreter, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def folder(self, prefix="data-"):
        """A new folder owned by the server's user."""
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=self.root))
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)
        return path

    def command(self, *arguments):
        """The command line that runs the program as the installation's user."""
        return [*self.prefix, str(self.binary), *map(str, arguments)]

    def environment(self):
        """The variables of a login shell: none of the test's own, and no AWS settings.

        Runtimes come without boto3: hundreds of servers would install it. test_boto3.py has it.
        """
        home = str(self.folder("home-"))
        return {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "STRATA_BOTO3_VERSION": "none"}

    def start(self, data=None, arguments=(), runtimes=True, port=0, variables=None):
        """Starts a server, optionally with further environment variables, and waits until it is ready."""
        server = ServerProcess(self, data or self.folder(), arguments, runtimes, port, variables)
        self.started.append(server)
        self.started_pids.add(server.pid)
        server.wait_until_ready()
        return server

    def close(self):
        for server in self.started:
            server.end()
        shutil.rmtree(self.root, ignore_errors=True)


def unused_uid():
    """A uid without processes: the limit on processes counts all of a user's (getrlimit(2))."""
    used = set()
    for entry in os.scandir("/proc"):
        # A process may exit between scandir and stat.
        with contextlib.suppress(FileNotFoundError):
            used.add(entry.stat().st_uid)
    return next(uid for uid in ORDINARY_UIDS if uid not in used)


class ServerProcess:
    """One run of `strata start`. Start it by `Installation.start`."""

    def __init__(self, installation, data, arguments=(), runtimes=True, port=0, variables=None):
        self.installation = installation
        self.data = Path(data)
        # Only the ordinary user's interpreter is certain to match the installation.
        named = ["--runtime", f"{installation.runtime}={installation.interpreter}"] if runtimes else []
        where = [] if "--ephemeral" in arguments else ["--data", self.data]
        # Most tests are not about the state that updates report, and change a function many times.
        delay = [] if "--update-delay" in arguments else ["--update-delay", "0"]
        # Or a host that thousands of tests share would be full of what the last ones have left idle.
        idle = [] if "--idle-seconds" in arguments else ["--idle-seconds", "90"]
        command = installation.command("start", "--port", port, *where, *named, *delay, *idle, *arguments)
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, cwd="/", env=installation.environment() | (variables or {}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.errors, text=True,
        )
        self.url = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def runtime(self):
        return self.installation.runtime

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def wait_until_ready(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        match = READY_LINE.match(line.rstrip("\n"))
        if match is None:
            self.end(with_patience=not line)
            raise StartFailure(self.process.returncode, line, self.stderr())
        self.version, self.url = match[1], match[2]

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def health(self):
        with urllib.request.urlopen(self.url + "/_strata/health", timeout=PATIENCE_SECONDS) as answer:
            return answer.status, json.load(answer)

    def stop(self):
        """Sends SIGTERM, as `kill` and systemd do: the exit code and the seconds it took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        exit_code = self.process.wait(PATIENCE_SECONDS)
        return exit_code, time.monotonic() - begin

    def kill(self):
        """Sends SIGKILL: the server cannot clean up."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def end(self, with_patience=True):
        """Ends the process, whatever its state."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10 if with_patience else 1)
        if self.process.poll() is None:
            self.kill()
        self.process.stdout.close()
