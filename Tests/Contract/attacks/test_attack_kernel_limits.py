"""Limits that the kernel keeps for each user, which functions use up: other functions and the host's programs feel none
of it. A server that is not root gives all functions its own user: there what one of them can take is bounded."""

import os
import re
import subprocess

import pytest

from account import Account
from leftovers import cgroups, descendants

PROCESSES = 742  # of a function with 128 MB

QUEUES_SIGNALS = """
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
def handler(event, context):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
    count = 0
    while count < 100_000 and libc.sigqueue(os.getpid(), signal.SIGRTMIN, None) == 0:
        count += 1
    return [count, os.strerror(ctypes.get_errno())]
"""

TAKES_INOTIFY = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
kept = []
def handler(event, context):
    while len(kept) < 1000:
        descriptor = libc.inotify_init1(0)
        if descriptor < 0:
            break
        kept.append(descriptor)
    return [len(kept), os.strerror(ctypes.get_errno())]
"""

MAKES_QUEUES = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def handler(event, context):
    made = [libc.mq_open(b"/queue%d" % number, os.O_CREAT | os.O_RDWR, 0o600, None) for number in range(10)]
    return [max(made), os.strerror(ctypes.get_errno())]
"""

SENDS_DESCRIPTORS = """
import array, os, socket
pairs, null = [], os.open("/dev/null", os.O_RDONLY)
def handler(event, context):
    sent = 0
    try:
        while sent < 5000:
            pairs.append(socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM))
            for _ in range(4):
                rights = array.array("i", [null] * 250)
                pairs[-1][0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
                sent += 250
    except OSError as error:
        return [sent, error.strerror]
    return [sent, ""]
"""

FILLS_SOCKETS = """
import socket
kept = []
def handler(event, context):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    held = 0
    try:
        for _ in range(120):
            client = socket.create_connection(listener.getsockname(), 5)
            server, _ = listener.accept()
            kept.extend([client, server])
            for end in (client, server):
                end.settimeout(0.02)
                try:
                    while True:
                        held += end.send(bytes(1 << 16))
                except (TimeoutError, BlockingIOError):
                    pass
    except OSError:
        pass
    return held
"""


def status(pid, field):
    with open(f"/proc/{pid}/status") as file:
        (line,) = [line for line in file if line.startswith(f"{field}:")]
    return line.split(":")[1].split()


def queued_signals(pid):
    """The signals that wait for processes of a process's user, with its own user namespace's count."""
    return int(status(pid, "SigQ")[0].split("/")[0])


def as_server_user(installation, source):
    """Runs a program outside, as the user of the server."""
    user = {} if installation.uid is None else {"user": installation.uid, "group": installation.uid, "extra_groups": []}
    return subprocess.run(["/usr/bin/python3", "-c", source], capture_output=True, text=True, cwd="/", **user)


def test_a_function_queues_no_more_signals_than_it_may(either, either_installation, either_server):
    count, error = either.invoke(either.deploy(QUEUES_SIGNALS, Timeout=30)).value
    assert 0 < count <= PROCESSES
    assert error == os.strerror(11)
    # They wait while the environment is idle. For root they count for a user of the environment's own, and the server's
    # has a few of other programs. An ordinary user has those of other tests' functions too, of 96 000 that it may have.
    limit = PROCESSES // 2 if either_installation.has_users else 5 * PROCESSES
    assert queued_signals(either_server.pid) <= limit


def test_functions_that_queue_signals_leave_room_for_each_other(either):
    names = [either.deploy(QUEUES_SIGNALS, Timeout=30) for _ in range(3)]
    counts = [either.invoke(name).value[0] for name in names]
    assert min(counts) == max(counts) > 0


def test_a_function_takes_no_inotify_instances_of_the_host(either, either_installation):
    names = [either.deploy(TAKES_INOTIFY, Timeout=30) for _ in range(2)]
    taken = [either.invoke(name).value for name in names]
    assert all(count <= (128 if either_installation.has_users else 8) for count, _ in taken)
    assert {error for _, error in taken} == {os.strerror(24)}
    outside = as_server_user(
        either_installation,
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "print(min(libc.inotify_init1(0) for _ in range(64)))",
    )
    assert int(outside.stdout) >= 0, outside.stderr


def test_a_function_makes_no_posix_queues(either):
    highest, error = either.invoke(either.deploy(MAKES_QUEUES)).value
    assert highest == -1
    assert error in (os.strerror(24), os.strerror(1), os.strerror(38))


def test_descriptors_in_flight_keep_no_other_environment_from_starting(either):
    hostile = either.deploy(SENDS_DESCRIPTORS, Timeout=30)
    sent, error = either.invoke(hostile).value
    assert sent >= 1000
    assert error == os.strerror(109)
    for _ in range(3):
        assert either.invoke(either.deploy()).error is None
    assert either.invoke(hostile).error is None


def test_buffers_of_sockets_are_memory_of_the_function(aws):
    """Where a cgroup counts them, as for root: 120 connections would hold some 600 megabytes."""
    if not cgroups({aws.server.pid}):
        pytest.skip("without a cgroup nothing counts the buffers of sockets")
    answer = aws.invoke(aws.deploy(FILLS_SOCKETS, Timeout=60, MemorySize=128))
    # The function may also end for its memory.
    assert answer.error or answer.value < 128 << 20
    used = int(re.search(r"Max Memory Used: (\d+) MB", answer.log).group(1))
    assert answer.error or used > answer.value >> 20


def environment_users(server):
    return {status(pid, "Uid")[0] for pid in descendants(server.pid)} - {str(os.geteuid())}


def test_two_servers_give_no_two_environments_the_same_user(either_installation):
    if not either_installation.has_users:
        pytest.skip("without subordinate users all environments are the server's user")
    installation = either_installation
    users = []
    for _ in range(2):
        server = installation.start()
        aws = Account(server)
        for _ in range(2):
            aws.invoke(aws.deploy())
        users.append(environment_users(server))
        assert len(users[-1]) >= 2
    assert not users[0] & users[1]
