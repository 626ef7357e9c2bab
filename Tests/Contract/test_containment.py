"""Hostile functions: other functions and the server are unaffected."""

import contextlib
import os
import signal
import socket
import threading
import time

import pytest

from account import Account
from compiled import compiled
from leftovers import command_line, descendants, orphans, orphans_after_a_while, processes
from packages import program

REQUESTS = '''
import os, socket, time

PORT = int(os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])

def request(method, path, account, length=0):
    credential = f"{account}/20260101/us-east-1/lambda/aws4_request"
    return (f"{method} {path} HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: {length}\\r\\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={credential}, x\\r\\n\\r\\n").encode()

def send(port, data):
    connection = socket.create_connection(("127.0.0.1", port), 5)
    connection.sendall(data)
    return connection
'''

ENDS_BEFORE_ITS_REQUESTS = REQUESTS + '''
def handler(event, context):
    own, other = event["own"], event["other"]
    kept = [send(PORT, request("GET", "/2015-03-31/functions/?MaxItems=50", own)) for _ in range(100)]
    kept += [send(PORT, request("DELETE", "/2015-03-31/functions/" + event["name"], other)) for _ in range(100)]
    os._exit(1)
'''

TAKES_CONNECTIONS = REQUESTS + '''
def handler(event, context):
    for _ in range(5):
        if os.fork() == 0:
            kept = []
            try:
                while True: kept.append(send(event["port"] or PORT, b"GET "))
            except OSError:
                time.sleep(60)
                os._exit(0)
    time.sleep(4)
    return "held them"
'''

NEVER_ENDS_ITS_BODIES = REQUESTS + '''
def handler(event, context):
    kept, sent, piece = [], 0, bytes(1_000_000)
    for _ in range(12):
        try:
            kept.append(send(PORT, request("POST", "/2015-03-31/functions", "1", 70_000_000)))
            for _ in range(60):
                kept[-1].sendall(piece)
                sent += len(piece)
        except OSError:
            pass
    return sent
'''

PRINTS_LINE_BREAKS = '''
import os

def handler(event, context):
    while True: os.write(1, b"\\n" * 65_536)
'''


RESIZES_ITS_OUTPUT = '''
import fcntl

def handler(event, context):
    try:
        return fcntl.fcntl(1, 1031, 1 << 20)  # F_SETPIPE_SZ
    except PermissionError:
        return "refused"
'''

STREAMS_MANY_ANSWERS_AT_ONCE = '''#!/usr/bin/python3
import http.client, os, socket, threading

API = os.environ["AWS_LAMBDA_RUNTIME_API"]

def answer(request):
    connection = socket.create_connection(API.split(":"))
    head = (f"POST /2018-06-01/runtime/invocation/{request}/response HTTP/1.1\\r\\nHost: x\\r\\n"
            "Lambda-Runtime-Function-Response-Mode: streaming\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
    connection.sendall(head.encode())
    while True: connection.sendall(b"10000\\r\\n" + bytes(65_536) + b"\\r\\n")

connection = http.client.HTTPConnection(API)
connection.request("GET", "/2018-06-01/runtime/invocation/next")
request = connection.getresponse().headers["Lambda-Runtime-Aws-Request-Id"]
for _ in range(14): threading.Thread(target=answer, args=(request,)).start()
'''


@pytest.fixture
def attacker(either_server):
    return Account(either_server)


@pytest.fixture
def victim(either_server):
    return Account(either_server)


def test_what_a_function_asked_for_before_it_ended_is_not_done_in_another_account(attacker, victim):
    target = victim.deploy("def handler(event, context): return 'still here'", name="target")
    name = attacker.deploy(ENDS_BEFORE_ITS_REQUESTS, MemorySize=512, Timeout=20)
    for _ in range(3):
        attacker.invoke(name, {"own": attacker.number, "other": victim.number, "name": target})
    assert victim.invoke(target).value == "still here"


@pytest.mark.parametrize("port", [0, 9001], ids=["of the API", "of the runtime API"])
def test_a_function_that_takes_all_connections_takes_only_its_own(attacker, victim, port):
    name = attacker.deploy(TAKES_CONNECTIONS, MemorySize=1024, Timeout=20)
    for _ in range(2):
        assert attacker.invoke(name, {"port": port}).value == "held them"
        fresh = victim.deploy("def handler(event, context): return 'served'", Timeout=5)
        assert victim.invoke(fresh).value == "served"


def test_bodies_that_never_end_do_not_fill_the_servers_memory(attacker):
    name = attacker.deploy(NEVER_ENDS_ITS_BODIES, MemorySize=1024, Timeout=60)
    assert attacker.invoke(name, {}).value < 200_000_000


def test_a_function_that_prints_only_line_breaks_times_out_and_delays_no_other(attacker):
    name = attacker.deploy(PRINTS_LINE_BREAKS, MemorySize=3008, Timeout=2)
    answer = attacker.invoke(name, {})
    assert "timed out" in answer.failure["errorMessage"]
    assert len(answer.log) <= 4096


def test_a_function_cannot_make_more_room_for_what_it_prints(attacker):
    assert attacker.invoke(attacker.deploy(RESIZES_ITS_OUTPUT)).value == "refused"


def test_answers_that_are_broken_off_leave_no_connection_behind(either_installation):
    server = either_installation.start()
    attacker = Account(server)
    name = attacker.deploy(
        files={"bootstrap": program(STREAMS_MANY_ANSWERS_AT_ONCE)}, Runtime="provided.al2023", Timeout=2,
        MemorySize=1769)
    before = descriptors(server)
    callers = [threading.Thread(target=call_and_leave, args=(attacker, name)) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    deadline = time.monotonic() + 10
    while descriptors(server) > before + 4:  # of databases
        assert time.monotonic() < deadline, f"{before} descriptors became {descriptors(server)}"
        time.sleep(0.1)
    server.stop()


def call_and_leave(account, name):
    """Requests a streamed response, reads its beginning, and disconnects before its end."""
    credential = f"{account.number}/20260101/us-east-1/lambda/aws4_request"
    with socket.create_connection(("127.0.0.1", account.server.port)) as connection:
        connection.sendall(
            f"POST /2021-11-15/functions/{name}/response-streaming-invocations HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={credential}, x\r\nContent-Length: 1\r\n\r\n1".encode())
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
        time.sleep(1)


def descriptors(server):
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def test_a_server_that_is_killed_leaves_nothing_behind_that_an_extension_has_stopped(installation):
    others = set(orphans(managed=set()))
    server = installation.start()
    aws = Account(server)
    layer = aws.publish("extensions", {"extensions/stopping": program(compiled("stopping_extension.c"))})
    name = aws.deploy(Layers=[layer["LayerVersionArn"]], MemorySize=1769, Timeout=60)
    # The extension sometimes wins the race against the runtime's start.
    for _ in range(40):
        aws.invoke_aside(name, 1)
        time.sleep(0.3)
        if has_stopped_before_its_program(server):
            break
        for pid in descendants(server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    else:
        pytest.fail("no process was stopped before it had executed its program")
    server.kill()
    try:
        assert orphans_after_a_while(managed=others) == []
    finally:
        installation.start(server.data).stop()  # which ends leftovers of a killed server


def has_stopped_before_its_program(server):
    """Whether a child of a sandbox's first process is stopped before its exec."""
    table, below = processes(), descendants(server.pid)
    return any(
        table[pid][0] == "T" and table[pid][1] in below and command_line(pid).strip().endswith("strata-init")
        for pid in below & table.keys())
