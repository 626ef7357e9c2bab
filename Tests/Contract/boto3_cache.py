"""boto3 for the functions of servers: a cache, the installer and wheels, and no network."""

import os
import shutil
import subprocess
import time

from server_process import REPOSITORY

WHEELS = REPOSITORY / ".strata" / "wheels"
UV = REPOSITORY / ".strata" / "venv" / "bin" / "uv"
NEWEST = "1.44.5"
# Of Python 3.9, and of every version that is asked for it.
OLDER = "1.42.97"
# Of a machine that builds at the same time.
INSTALLATION_SECONDS = 120

CALLER = """
import json, sys
def handler(event, context):
    import boto3
    function = boto3.client("lambda").get_function_configuration(FunctionName=context.function_name)
    return {"version": boto3.__version__, "file": boto3.__file__, "name": function["FunctionName"]}
"""
NO_NEED = "def handler(event, context):\n    return 'answer'\n"


class Boto3:
    """A cache, an installer and wheels for servers of an installation."""

    def __init__(self, installation):
        self.installation = installation
        self.cache = installation.folder("cache-")
        # Where the ordinary user may read them.
        self.shared = installation.root / "boto3"
        if not self.shared.exists():
            shutil.copytree(WHEELS, self.shared / "wheels")
            shutil.copy(UV, self.shared / "uv")
            for path in [self.shared, *self.shared.rglob("*")]:
                path.chmod(0o755)
        self.wheels, self.uv = self.shared / "wheels", self.shared / "uv"

    def start(self, *arguments, data=None, runtimes=True, **variables):
        return self.installation.start(data, arguments, runtimes, variables=self.variables() | variables)

    def variables(self):
        pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
        return {
            "STRATA_BOTO3_VERSION": "latest", "STRATA_UV": str(self.uv), "XDG_CACHE_HOME": str(self.cache),
            "UV_FIND_LINKS": str(self.wheels), "UV_NO_INDEX": "1", "UV_OFFLINE": "1", "PYENV_ROOT": pyenv,
        }  # fmt: skip

    def installer(self, script):
        """A program in the place of uv, which finds the real one in $UV."""
        path = self.installation.folder("uv-") / "uv"
        path.write_text(f"#!/bin/sh\nUV={self.uv}\nHERE={path.parent}\n{script}\n")
        path.chmod(0o755)
        return path

    def doctor(self, *arguments):
        variables = self.installation.environment() | self.variables()
        command = self.installation.command("doctor", *arguments)
        return subprocess.run(command, env=variables, capture_output=True, text=True).stdout

    def deploy(self, aws, source=CALLER, cache=None, **settings):
        """Creates a function, and waits until its runtime has boto3: longer than an invocation does."""
        runtime = settings.setdefault("Runtime", aws.server.runtime)
        name = aws.deploy(source, Timeout=60, MemorySize=1024, **settings)
        deadline = time.monotonic() + INSTALLATION_SECONDS
        runtimes = (cache or self.cache / "strata") / "runtimes"
        while not list(runtimes.glob(f"{runtime}-*")):
            assert time.monotonic() < deadline, aws.server.stderr()
            time.sleep(0.05)
        return name

    def folders(self, kind):
        return sorted(path for path in (self.cache / "strata" / kind).glob("*"))
