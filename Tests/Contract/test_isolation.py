"""From inside a function: what must be invisible and what must fail. Every test states a negative."""

import os
import socket
import time
from pathlib import Path

import pytest

from account import Account
from leftovers import command_line, descendants
from server_process import PATIENCE_SECONDS

PROBES = (Path(__file__).parent / "functions" / "probes.py").read_text()
READ_ONLY = ["EROFS", "EACCES", "EPERM"]


class Prisoner:
    """A function that probes its environment."""

    def __init__(self, account):
        self.account = account
        self.name = account.deploy(files={"app.py": PROBES}, MemorySize=512, Timeout=30)

    def probe(self, probe, **parameters):
        return self.account.invoke(self.name, {"probe": probe, "with": parameters}).value


@pytest.fixture(scope="session")
def prisoner(either_server):
    return Prisoner(Account(either_server))


def test_the_hosts_own_folders_are_not_there(prisoner, either_server):
    paths = ["/root", "/home", "/srv", "/mnt", "/media", "/boot", "/run", "/var/lib", "/var/log", "/etc/ssh",
             str(either_server.data), str(either_server.data.parent), str(Path(__file__).parent)]
    for path, content in prisoner.probe("listing", paths=paths).items():
        assert not content, f"{path} holds {content}"


def test_the_hosts_secrets_cannot_be_read(prisoner, either_server):
    paths = ["/etc/shadow", "/etc/passwd-", "/etc/gshadow", "/etc/sudoers", "/proc/kcore", "/proc/kmsg", "/dev/mem",
             "/dev/kmsg", "/dev/sda", "/dev/vda", "/proc/1/environ", "/sys/kernel/security/lockdown",
             *map(str, either_server.data.rglob("*"))]
    readable = prisoner.probe("readable", paths=paths)
    assert [path for path in readable if path != "/proc/1/environ"] == []


def test_the_root_holds_what_lambda_has_and_nothing_else(prisoner):
    known = {"bin", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "opt", "proc", "root", "run", "sbin",
             "sys", "tmp", "usr", "var"}
    listing = prisoner.probe("listing", paths=["/", "/var", "/home", "/root"])
    assert set(listing["/"]) <= known
    # strata: the bytecode of packages, where there is some. It is all that Lambda does not have.
    assert set(listing["/var"]) <= {"task", "runtime", "lang", "tmp", "lib", "run", "log", "cache", "strata"}
    assert not listing["/home"] and not listing["/root"]


def test_the_code_and_layers_of_other_functions_are_not_there(prisoner):
    account = prisoner.account
    mark = "only-the-neighbour-has-this.txt"
    layer = account.publish("neighbour", {mark: "x"})["LayerVersionArn"]
    neighbour = account.deploy(files={"app.py": "def handler(e, c): return 1", mark: "x"}, Layers=[layer])
    assert account.invoke(neighbour).value == 1
    assert prisoner.probe("search", name=mark) == []


def test_nothing_but_tmp_can_be_written(prisoner):
    places = ["/", "/var/task", "/var/runtime", "/opt", "/usr", "/usr/bin", "/etc", "/var", "/bin", "/lib", "/proc",
              "/proc/sys/kernel", "/dev", "/root", "/home", "/sys"]
    results = prisoner.probe("write", paths=places)
    for path, result in results.items():
        assert result in [*READ_ONLY, "ENOENT", "ENOTDIR"], f"{path}: {result}"
    assert prisoner.probe("write", paths=["/tmp"]) == {"/tmp": "done"}


@pytest.mark.parametrize("path", ["/var/task/app.py", "/usr/bin/env", "/var/runtime/bootstrap.py"])
def test_what_is_there_cannot_be_changed(prisoner, path):
    results = prisoner.probe("change", path=path)
    assert results.pop("link") in [*READ_ONLY, "EXDEV", "ENOENT"]
    for action, result in results.items():
        assert result in [*READ_ONLY, "EBUSY", "ENOENT"], f"{action}: {result}"


def test_no_kernel_setting_can_be_changed(prisoner):
    paths = [
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
        "/proc/self/oom_score_adj", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/cgroup.procs", "/proc/1/mem",
    ]
    results = prisoner.probe("open", paths=paths)
    # It may raise its own OOM score, which only makes it the first to be killed.
    results.pop("/proc/self/oom_score_adj")
    for path, (_, writing) in results.items():
        assert writing != "done", path


def test_no_device_is_there_but_the_harmless(prisoner):
    harmless = {"fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom",
                "zero", "core", "mqueue", "console", "log"}
    assert set(prisoner.probe("listing", paths=["/dev"])["/dev"]) <= harmless


def test_it_has_no_capability_and_cannot_gain_one(prisoner):
    identity = prisoner.probe("identity")
    assert set(identity["capabilities"].values()) == {0}, identity
    assert identity["no_new_privileges"] == "1"
    assert identity["seccomp"] == "2"


def test_it_does_not_run_as_the_hosts_root(prisoner, either_server):
    runtimes = [pid for pid in descendants(either_server.pid) if "bootstrap.py" in command_line(pid)]
    assert runtimes
    for pid in runtimes:
        uids = Path(f"/proc/{pid}/status").read_text().partition("Uid:\t")[2].partition("\n")[0].split()
        assert "0" not in uids, (pid, uids)


def test_two_functions_do_not_share_a_user_of_the_host(either_server):
    if either_server.installation.uid is not None or os.geteuid() != 0:
        pytest.skip("an ordinary user has no users to give out")
    account = Account(either_server)
    sleeper = "import time\ndef handler(event, context): time.sleep(2)"
    answers = [account.invoke_aside(account.deploy(sleeper, name=f"sleeper-{n}", Timeout=10)) for n in range(2)]
    time.sleep(1)
    uids = {}
    for pid in descendants(either_server.pid):
        try:
            if b"AWS_LAMBDA_FUNCTION_NAME=sleeper-" in Path(f"/proc/{pid}/environ").read_bytes():
                uids[pid] = os.stat(f"/proc/{pid}").st_uid
        except (FileNotFoundError, ProcessLookupError):
            continue
    for answer in answers:
        answer()
    assert len(uids) == 2
    assert len(set(uids.values())) == 2


def test_no_process_but_its_own_is_visible(prisoner, either_server):
    seen = prisoner.probe("processes")
    assert len(seen["all"]) <= 2, seen
    for pid, command in seen["all"].items():
        assert int(pid) == seen["me"] or "strata start" not in command
    host = [either_server.pid, os.getpid()]
    assert set(prisoner.probe("signals", pids=host).values()) == {"ESRCH"}


def test_no_descriptor_of_the_server_is_left_open(prisoner):
    found = prisoner.probe("descriptors")
    for number, target in found.items():
        allowed = target.startswith(("pipe:", "socket:", "/dev/null", "/proc/")) or "/proc/self/fd" in target
        assert allowed or target.endswith("/fd"), found
    assert len(found) <= 6, found


def test_no_system_call_leads_out(prisoner):
    results = prisoner.probe("calls")
    # An empty request violates nothing else: it must not be carried out.
    allowed = {"EPERM", "EACCES", "ENOSYS", "EINVAL", "EROFS", "ESRCH"}
    for name, result in results.items():
        assert result in allowed, f"{name}: {result}"
    strict = ["mount a tmpfs", "mount a bind", "remount the root", "unmount", "pivot_root", "chroot",
              "unshare a user namespace", "unshare a mount namespace", "unshare a network namespace",
              "clone a user namespace", "clone3 a user namespace", "mknod", "sethostname"]
    for name in strict:
        assert results[name] in ("EPERM", "ENOSYS", "EACCES"), f"{name}: {results[name]}"


def test_no_way_leads_through_proc_to_another_root(prisoner):
    for pid, result in prisoner.probe("root_links").items():
        assert result != "done" or pid == "1", pid


def test_no_socket_below_tcp_and_udp_can_be_opened(prisoner):
    for kind, result in prisoner.probe("sockets").items():
        assert result != "done", kind


def test_no_service_of_the_host_can_be_reached(prisoner):
    """A TCP service on the host's loopback, one on all addresses, and a socket in the abstract namespace."""
    with socket.create_server(("127.0.0.1", 0)) as loopback, socket.create_server(("0.0.0.0", 0)) as anywhere:
        with socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind("\0strata-contract-probe")
            abstract.listen()
            ports = [loopback.getsockname()[1], anywhere.getsockname()[1]]
            addresses = [("127.0.0.1", port) for port in ports] + [(address, ports[1]) for address in own_addresses()]
            outside = [("1.1.1.1", 80), ("8.8.8.8", 53), ("169.254.169.254", 80)]
            results = prisoner.probe("connect", addresses=addresses + outside)
            assert "connected" not in results.values(), results
            assert prisoner.probe("abstract", name="strata-contract-probe") == "ECONNREFUSED"


def own_addresses():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return [probe.getsockname()[0]]
        except OSError:
            return []


def test_only_the_runtime_api_and_the_gateway_listen_inside(prisoner, either_server):
    assert set(prisoner.probe("ports")) == {9001, either_server.port}
    assert prisoner.probe("interfaces") == ["lo"]


def test_no_mount_lets_a_program_change_who_runs_it_or_opens_a_device(prisoner):
    for place, options in prisoner.probe("mounts").items():
        assert "nosuid" in options, place
        assert "nodev" in options or place.startswith(("/dev/", "/proc/")), place
        assert "ro" in options or place.startswith(("/tmp", "/dev", "/proc")), place


def test_a_fork_bomb_is_contained(prisoner):
    answer = prisoner.probe("fork_bomb")
    assert answer["end"] == "EAGAIN"
    assert 0 < answer["count"] <= 1024


def test_a_wild_fork_bomb_ends_with_its_time_out(either_server):
    account = Account(either_server)
    name = account.deploy(files={"app.py": PROBES}, MemorySize=512, Timeout=2)
    answer = account.invoke(name, {"probe": "wild_fork_bomb"})
    assert answer.error == "Unhandled"
    assert b"timed out after 2.00 seconds" in answer.payload
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and len(descendants(either_server.pid)) > 200:
        time.sleep(0.1)
    assert len(descendants(either_server.pid)) <= 200
    assert either_server.health()[0] == 200


def test_descriptors_are_limited_as_on_lambda(prisoner):
    assert prisoner.probe("descriptor_limit") <= 1024


def test_a_flood_of_log_lines_does_not_harm_the_server(prisoner, either_server):
    assert prisoner.probe("log_flood", count=20_000) == "flooded"
    assert either_server.health()[0] == 200


@pytest.mark.parametrize(
    "first_line",
    [
        "POST /2018-06-01/runtime/invocation/00000000-0000-0000-0000-000000000000/response HTTP/1.1",
        "POST /2018-06-01/runtime/invocation/../../../x/response HTTP/1.1",
        "GET /2015-03-31/functions HTTP/1.1",
        "GET /_strata/health HTTP/1.1",
        "NONSENSE",
    ],
)
def test_the_runtime_api_answers_only_for_its_own_invocation(prisoner, first_line):
    line = prisoner.probe("runtime_api", request=f"{first_line}\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}")
    assert line.startswith(("HTTP/1.1 4", "HTTP/1.0 4")) or line in ("", "TimeoutError", "ConnectionResetError"), line


def test_an_answer_sent_twice_is_counted_once(either_server):
    """A function that posts its own response, and then returns another."""
    account = Account(either_server)
    name = account.deploy(
        """
        import os, urllib.request
        def handler(event, context):
            api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
            url = f"{api}/invocation/{context.aws_request_id}/response"
            urllib.request.urlopen(urllib.request.Request(url, b'"by hand"', method="POST"))
            return "by returning"
        """
    )
    assert account.invoke(name).payload == b'"by hand"'
    time.sleep(0.3)
    assert either_server.health()[0] == 200
    account.change_code(name, "def handler(event, context): return 'again'")
    assert account.invoke(name).value == "again"


def test_the_host_network_is_there_only_where_it_was_asked_for(either_installation):
    server = either_installation.start(arguments=["--function-network", "host"])
    account = Account(server)
    name = account.deploy(files={"app.py": PROBES}, MemorySize=512, Timeout=30)
    with socket.create_server(("127.0.0.1", 0)) as service:
        port = service.getsockname()[1]
        event = {"probe": "connect", "with": {"addresses": [["127.0.0.1", port]]}}
        assert account.invoke(name, event).value == {f"127.0.0.1:{port}": "connected"}
    assert server.stop()[0] == 0
