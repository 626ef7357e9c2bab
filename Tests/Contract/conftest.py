"""Contract tests: AWS's own clients against a real server process, as root and as an ordinary user.

`STRATA_BINARY` is the server's path; the default is the repository's debug build.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import leftovers  # noqa: E402
from account import Account  # noqa: E402
from operators import Operator  # noqa: E402
from packages import program  # noqa: E402
from s3_server import S3Server  # noqa: E402
from server_process import BINARY, Installation  # noqa: E402
from signing import Keys, client  # noqa: E402
from small_disk import MountFailure, SmallDisk  # noqa: E402


# A shell starts background jobs with SIGINT ignored, and servers and commands would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The files that take longest (`pytest --durations=0`), longest first; but those that starve the host (fork bombs) run
# beside Terraform, whose tests measure no time.
LONGEST_FILES = [f"test_{name}.py" for name in (
    "terraform terraform_identity isolation every_operation s3_packages aws_cli lifecycle throttling operators_events "
    "recursion random_walk operators s3_refusals handlers package_refusals limits destinations provisioned containment "
    "provisioned_concurrency policy_effects identity_walk invoke_failures function_rules").split()]


def pytest_configure(config):
    config.addinivalue_line("markers", "wild: too slow for `make test`, or hard on the host; run by `make attack`")
    config.addinivalue_line("markers", "alone: takes the whole host; run after all others, by itself")


def pytest_collection_modifyitems(config, items):
    """Leaves out what is wild, or runs alone, unless marks are chosen, and sorts the longest files first, so that no
    process is left with one of them at the end."""
    if not config.option.markexpr:
        left_out = [each for each in items if each.get_closest_marker("wild") or each.get_closest_marker("alone")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]
    order = {name: place for place, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind():
    """After the last test, no server has left a process, mount or cgroup behind."""
    assert BINARY.exists(), f"no server at {BINARY}: run `swift build`, or set STRATA_BINARY"
    leftovers.adopt_orphans()
    installations = []
    yield installations
    pids = set().union(*(installation.started_pids for installation in installations))
    for installation in installations:
        installation.close()
    assert leftovers.orphans_after_a_while(managed=set()) == []
    assert [line for each in installations for line in leftovers.mounts(each.root)] == []
    assert leftovers.cgroups(pids) == []


@pytest.fixture(scope="session")
def installation(nothing_left_behind):
    """The binaries and folders of the user who runs the tests."""
    installation = Installation.for_ourselves()
    nothing_left_behind.append(installation)
    return installation


@pytest.fixture(scope="session")
def ordinary_installation(nothing_left_behind):
    """The same for an unprivileged user."""
    if os.geteuid() != 0:
        pytest.skip("the tests run as an ordinary user already")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux), which switches to the ordinary user, is missing")
    installation = Installation.for_ordinary_user()
    nothing_left_behind.append(installation)
    return installation


@pytest.fixture(scope="session")
def subordinate_installation(ordinary_installation, nothing_left_behind):
    """The same for an unprivileged user who has subordinate users (subuid(5))."""
    if shutil.which("newuidmap") is None:
        pytest.skip("newuidmap (uidmap), which maps subordinate users, is missing")
    installation = Installation.for_user_with_subordinates()
    nothing_left_behind.append(installation)
    return installation


@pytest.fixture(scope="session")
def server(installation):
    """The server that most tests share; each test has its own account on it."""
    return installation.start()


# How servers run, and the fixture for each.
USERS = {
    "as ourselves": "installation", "as an ordinary user": "ordinary_installation",
    "as a user with subordinates": "subordinate_installation"}


def pytest_generate_tests(metafunc):
    """Tests that must pass with either user run as both; those of isolation also with subordinate users."""
    if "either_installation" in metafunc.fixturenames:
        path = metafunc.definition.path
        is_about_isolation = path.parent.name == "attacks" or path.name in ("test_isolation.py", "test_server.py")
        users = list(USERS)[:3 if is_about_isolation else 2]
        metafunc.parametrize("either_installation", users, indirect=True, scope="session")


@pytest.fixture(scope="session")
def either_installation(request):
    """Each in turn, for tests that must pass with either user."""
    return request.getfixturevalue(USERS[request.param])


@pytest.fixture(scope="session")
def either_server(request, either_installation):
    """The shared server, and one run by an ordinary user."""
    if either_installation.uid is None:
        yield request.getfixturevalue("server")
        return
    # Files alternate between users: one that stays would burden the host until the last test.
    server = either_installation.start()
    yield server
    server.end()


@pytest.fixture
def aws(server):
    """An unused account on the shared server."""
    return Account(server)


@pytest.fixture
def operator(aws):
    """A user of the commands with that account."""
    return Operator(aws.server, aws.number)


@pytest.fixture
def streaming(aws):
    """A function that streams its response as its event says."""
    bootstrap = (Path(__file__).parent / "functions" / "streaming_bootstrap.py").read_text()
    return aws.deploy(files={"bootstrap": program(bootstrap)}, Runtime="provided.al2023", Timeout=30, MemorySize=1769)


@pytest.fixture
def either(either_server):
    """An unused account on the shared server, and one on an ordinary user's."""
    return Account(either_server)


@pytest.fixture(scope="module")
def s3(nothing_left_behind, tmp_path_factory):
    """An S3 without access control. It stops with the module, because other modules count leftover processes."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server_with_s3(installation, s3):
    """A server that reads packages from `s3`."""
    return installation.start(arguments=("--s3-endpoint", s3.url))


@pytest.fixture
def disk(installation):
    """A small disk that tests can fill. Servers with data on it must stop before it is unmounted."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount the small disk")
    try:
        disk = SmallDisk(installation.folder("disk-"), mebibytes=64)
    except MountFailure as failure:
        pytest.skip(f"cannot mount a tmpfs: {failure}")
    yield disk
    disk.close()


@pytest.fixture(scope="session")
def cli():
    """The AWS CLI installed beside this interpreter."""
    program = Path(sys.executable).parent / "aws"
    assert program.exists(), f"no AWS CLI at {program}: run `script/setup`"
    return program


@pytest.fixture(scope="session")
def guarded(installation):
    """A server that requires signatures."""
    return installation.start(arguments=["--auth"])


@pytest.fixture(scope="session")
def keys(guarded):
    return Keys(guarded)


@pytest.fixture(scope="session")
def key(keys):
    """A key of the account 111122223333."""
    return keys.create("--account", "111122223333")


@pytest.fixture(scope="session")
def owner(guarded, key):
    """The account of the key, with a client that signs."""
    account = Account(guarded, "111122223333")
    account.lambda_ = client(guarded, key)
    return account
