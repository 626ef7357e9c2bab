"""The Python interpreters of this machine that the runtime supports."""

import glob
import os
import shutil
import subprocess

SUPPORTED = ["3.%d" % minor for minor in range(9, 15)]
PLACES = [
    os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")) + "/versions/{}.*/bin/python{}",
    os.path.expanduser("~/.local/share/uv/python") + "/cpython-{}.*/bin/python{}",
]


def works(path, version):
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    run = subprocess.run([path, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return run.stdout.strip() == version


def found():
    """Version to path, for every supported version found."""
    interpreters = {}
    for version in SUPPORTED:
        paths = [shutil.which("python" + version)] + [
            path for place in PLACES for path in sorted(glob.glob(place.format(version, version)))
        ]
        working = [path for path in paths if path and works(path, version)]
        if working:
            interpreters[version] = working[0]
    return interpreters
