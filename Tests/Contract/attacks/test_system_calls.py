"""From inside: system calls that no function needs are refused, and the log names what a program died of."""

import platform
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from log_streams import log_of, log_with  # noqa: E402
from prisoners import Caller  # noqa: E402

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="calls are made by x86-64's numbers")

AT_FDCWD, HIGH = -100, 1 << 32
TCP, INET, INET6, STREAM, DATAGRAM, SEQPACKET = 6, 2, 10, 1, 2, 5

# Refused as calls that a program may not make.
FORBIDDEN = {
    "bpf": (321, 0, 0, 0), "perf_event_open": (298, 0, 0, -1, -1, 0), "userfaultfd": (323, 0),
    "io_uring_setup": (425, 1, 0), "io_uring_enter": (426, -1, 0, 0, 0, 0), "io_uring_register": (427, -1, 0, 0, 0),
    "keyctl": (250, 0, -3, 0), "add_key": (248, "user", "x", "x", 1, -3), "request_key": (249, "user", "x", 0, -3),
    "ptrace": (101, 0, 0, 0, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0), "process_vm_writev": (311, 1, 0, 0, 0, 0),
    "process_madvise": (440, -1, 0, 0, 0, 0), "pidfd_getfd": (438, -1, 0, 0), "kcmp": (312, 1, 1, 0, 0, 0),
    "unshare": (272, 0x10000000), "setns": (308, -1, 0), "mount": (165, "none", "/tmp", "tmpfs", 0, 0),
    "umount2": (166, "/tmp", 2), "pivot_root": (155, "/", "/tmp"), "chroot": (161, "/tmp"),
    "fsopen": (430, "tmpfs", 0), "open_tree": (428, AT_FDCWD, "/", 1), "move_mount": (429, -1, "", -1, "", 0),
    "mount_setattr": (442, -1, "", 0, 0, 0), "statmount": (457, 0, 0, 0, 0), "listmount": (458, 0, 0, 0, 0),
    "name_to_handle_at": (303, AT_FDCWD, "/tmp", 0, 0, 0), "open_by_handle_at": (304, -1, 0, 0),
    "fanotify_init": (300, 0, 0), "fanotify_mark": (301, -1, 0, 0, -1, "/"), "vmsplice": (278, -1, 0, 0, 0),
    "mbind": (237, 0, 0, 0, 0, 0, 0), "set_mempolicy": (238, 0, 0, 0), "migrate_pages": (256, 0, 0, 0, 0),
    "move_pages": (279, 0, 0, 0, 0, 0, 0), "quotactl": (179, 0, "/", 0, 0), "syslog": (103, 3, 0, 0),
    "kexec_load": (246, 0, 0, 0, 0), "init_module": (175, 0, 0, ""), "finit_module": (313, -1, "", 0),
    "delete_module": (176, "x", 0), "reboot": (169, 0, 0, 0, 0), "acct": (163, "/tmp/x"), "swapon": (167, "/tmp", 0),
    "sethostname": (170, "x", 1), "setdomainname": (171, "x", 1), "settimeofday": (164, 0, 0),
    "clock_settime": (227, 0, 0), "adjtimex": (159, 0), "clock_adjtime": (305, 0, 0), "iopl": (172, 3),
    "ioperm": (173, 0, 1, 1), "modify_ldt": (154, 0, 0, 0), "vhangup": (153,), "sysfs": (139, 3), "ustat": (136, 0, 0),
}

# Answered as by a kernel without the call.
ABSENT = {
    "clone3": (435, 0, 0), "memfd_secret": (447, 0), "landlock_create_ruleset": (444, 0, 0, 1),
    "landlock_add_rule": (445, -1, 0, 0, 0), "landlock_restrict_self": (446, -1, 0), "io_setup": (206, 1, 0),
    "io_submit": (209, 0, 0, 0), "mq_open": (240, "x", 66, 384, 0), "mq_unlink": (241, "x"), "cachestat": (451, -1, 0),
    "process_mrelease": (448, -1, 0), "lsm_get_self_attr": (459, 0, 0, 0, 0), "one to come": (600, 0),
    "the last one": (1023, 0), "none": (0x3FFFFFFF, 0),
}

# Refused by their arguments; with a bit in the half that the kernel does not look at, too.
ARGUMENTS = {
    "F_SETLEASE": (72, "open:/var/task/app.py", 1024, 0), "F_SETLEASE with a high bit": (72, 0, 1024 | HIGH, 0),
    "F_NOTIFY": (72, "open:/var/task", 1026, 1), "F_NOTIFY with a high bit": (72, 0, 1026 | HIGH, 1),
    "F_SETPIPE_SZ": (72, 1, 1031, 1 << 20), "a global barrier": (324, 1, 0), "an expedited one": (324, 2, 0),
    "its registration": (324, 4, 0), "PR_SCHED_CORE": (157, 62, 1, 0, 0, 0), "PR_SET_MM": (157, 35, 1, 0, 0, 0),
    "TIOCSTI": (16, 0, 0x5412, "x"), "TIOCSTI with a high bit": (16, 0, 0x5412 | HIGH, "x"),
    "TIOCLINUX": (16, 0, 0x541C, "x"), "a user namespace": (56, 0x10000011, 0, 0, 0, 0),
    "ADDR_NO_RANDOMIZE": (135, 0x40000),
    "packets of IP": (41, INET, SEQPACKET, 0), "raw": (41, INET, 3, 1), "raw over IPv6": (41, INET6, 3, 58),
    "packets": (41, 17, 3, 0), "kernel crypto": (41, 38, SEQPACKET, 0), "vsock": (41, 40, STREAM, 0),
    "XDP": (41, 44, 3, 0), "TIPC": (41, 30, 4, 0), "a key socket": (41, 15, 3, 2), "CAN": (41, 29, 3, 1),
    "netfilter": (41, 16, 3, 12), "audit": (41, 16, 3, 9), "a pair of TIPC": (53, 30, 4, 0, 0),
    "TLS in the kernel": (54, 1, TCP, 31, "tls", 3),
}

# Protocols that this kernel may have, as if it had not.
PROTOCOLS = {
    "MPTCP": (41, INET, STREAM, 262), "MPTCP over IPv6": (41, INET6, STREAM, 262), "SMC": (41, INET, STREAM, 256),
    "SCTP": (41, INET, STREAM, 132), "UDP-Lite": (41, INET, DATAGRAM, 136), "DCCP": (41, INET, STREAM, 33),
}

# What runtimes use, beside what any program does.
NEEDED = {
    "a private barrier": (324, 16, 0), "which barriers": (324, 0, 0), "memfd_create": (319, "x", 0),
    "pidfd_open": (434, 1, 0), "openat2": (437, AT_FDCWD, "/tmp", "\0" * 24, 24), "close_range": (436, 1000, 1001, 0),
    "inotify_init1": (294, 0), "TCP": (41, INET, STREAM, TCP), "UDP": (41, INET, DATAGRAM, 17),
    "routes": (41, 16, 3, 0), "getcpu": (309, 0, 0, 0), "getrandom": (318, "\0" * 8, 8, 0),
    "timerfd_create": (283, 1, 0), "futex_wake": (202, "\0" * 8, 1, 1), "sync": (162,),
}


@pytest.fixture(scope="module")
def caller(either_server):
    return Caller(Account(either_server))


@pytest.fixture(scope="module")
def lenient(either_installation):
    """A caller on a server that performs what it would refuse."""
    server = either_installation.start(arguments=["--seccomp", "log"])
    yield Caller(Account(server))
    server.stop()


@pytest.mark.parametrize(
    ("calls", "error"), [
        (FORBIDDEN, "EPERM"), (ABSENT, "ENOSYS"), (ARGUMENTS, "EPERM"), (PROTOCOLS, "EPROTONOSUPPORT"),
        (NEEDED, "done")],
    ids=["forbidden", "absent", "by their arguments", "protocols", "needed"])
def test_calls_that_no_function_needs_are_refused_and_others_are_not(caller, calls, error):
    results = dict(zip(calls, caller.attempt(*calls.values()), strict=True))
    assert {name: result for name, result in results.items() if result != error} == {}


# Numbers and arguments by chance, in children that end after a second. Not pause, exit, exit_group, vfork.
BY_CHANCE = """
import ctypes, os, random, signal, time
libc = ctypes.CDLL(None)
VALUES = [0, 1, 2, 3, 5, 9, 16, 64, 255, 4095, 4096, 0x5412, 0x10000000, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**64 - 1]

def handler(event, context):
    end, children = time.monotonic() + event["seconds"], 0
    while time.monotonic() < end:
        children += 1
        pid = os.fork()
        if pid == 0:
            signal.alarm(1)
            chance = random.Random(f"{event['seed']} {children}")
            buffer = ctypes.create_string_buffer(chance.randbytes(4096))
            for _ in range(500):
                number = chance.randrange(480)
                arguments = [chance.choice([*VALUES, ctypes.addressof(buffer)]) for _ in range(6)]
                if number not in (34, 58, 60, 231):
                    libc.syscall(ctypes.c_long(number), *map(ctypes.c_ulong, arguments))
            os._exit(0)
        os.waitpid(pid, 0)
    return children
"""


@pytest.mark.wild
@pytest.mark.parametrize("seed", range(4))
def test_calls_by_chance_harm_nothing_outside(either_server, seed):
    account, other = Account(either_server), Account(either_server)
    name, victim = account.deploy(BY_CHANCE, MemorySize=1769, Timeout=60), other.deploy()
    answer = account.invoke_aside(name, {"seconds": 20, "seed": seed})
    account.wait_until_busy(name)
    for number in range(50):
        assert other.invoke(victim, number).value == number
    # Chance may have ended the environment; the next one is as new.
    answer()
    assert account.invoke(name, {"seconds": 0, "seed": 0}).value == 0
    assert either_server.health()[0] == 200


def test_huge_pages_of_the_host_cannot_be_taken(caller):
    anonymous_and_huge = 0x22 | 0x40000
    assert caller.attempt((9, 0, 1 << 21, 3, anonymous_and_huge, -1, 0), (319, "x", 4)) == ["ENOMEM", "ENOMEM"]


def test_the_log_names_what_a_program_died_of(either_server):
    answer = Caller(Account(either_server)).event(exit=FORBIDDEN["bpf"])
    assert "exit status 3" in answer.failure["errorMessage"]
    assert "Strata: refused to this program: bpf. " in answer.log


def test_the_log_names_what_a_handler_was_refused(either_server):
    caller = Caller(Account(either_server))
    answer = caller.event(**{"raise": ARGUMENTS["kernel crypto"]})
    assert "Operation not permitted" in answer.failure["errorMessage"]
    log_with(caller.account, caller.name, "socket(38, 5)", "strata start --seccomp log")


def test_the_log_is_silent_about_a_program_that_did_without(either_server):
    caller = Caller(Account(either_server))
    answer = caller.event(calls=[ABSENT["memfd_secret"]])
    assert answer.value == ["ENOSYS"]
    caller.account.change(caller.name, Environment={"Variables": {"ANOTHER": "environment"}})
    assert caller.event(calls=[]).value == []
    assert "memfd_secret" not in log_of(caller.account, caller.name)


def test_with_seccomp_log_a_call_is_performed_and_named_once(lenient):
    kcmp, unshare = (312, 1, 1, 0, 0, 0), (272, 0)
    answer = lenient.event(calls=[unshare, unshare, kcmp])
    assert answer.value[:2] == ["done", "done"]
    log = log_with(lenient.account, lenient.name, "Strata: performed kcmp")
    assert log.count("Strata: performed unshare, which functions may not call without --seccomp log.") == 1


def test_a_flood_of_refused_calls_delays_no_other_function(either_server):
    account = Account(either_server)
    flooding = account.deploy(
        """
        import ctypes, threading
        def handler(event, context):
            libc = ctypes.CDLL(None)
            def flood():
                while True: libc.syscall(321, 0, 0, 0)
            for _ in range(50): threading.Thread(target=flood, daemon=True).start()
            while True: flood()
        """, MemorySize=1769, Timeout=3)
    victim = account.deploy("def handler(event, context): return 'served'", Timeout=5)
    flood = account.invoke_aside(flooding)
    account.wait_until_busy(flooding)
    assert account.invoke(victim).value == "served"
    assert "timed out after 3.00 seconds" in flood().failure["errorMessage"]
