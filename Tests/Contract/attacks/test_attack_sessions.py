"""Sessions: where the processors are not limited by a cgroup, each is a share of them as large as the server's."""

import threading

from account import Account

MAKES_SESSIONS = """
import os, signal
def handler(event, context):
    children, results = [], []
    for _ in range(event["count"]):
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                os.write(tell, b"made")
            except OSError as error:
                os.write(tell, str(error.errno).encode())
            signal.pause()
        results.append(os.read(told, 4).decode())
        os.close(told), os.close(tell)
        children.append(child)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return results
"""

MAKES_SESSIONS_SLOWLY = """
import os, select, signal, time
def handler(event, context):
    told, tell = os.pipe()
    children = []
    for number in range(4 + 200):
        child = os.fork()
        if child == 0 and number < 4:
            while True:
                pass
        if child == 0:
            os.nice(19)
            try:
                os.setsid()
                os.write(tell, b"m")
            except OSError:
                os.write(tell, b"r")
            signal.pause()
        children.append(child)
    answers = b""
    while len(answers) < 200:
        answers += os.read(told, 200)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return answers.count(b"m")
"""

FORKS_AND_MAKES_SESSIONS = """
import os
def handler(event, context):
    while True:
        for call in (os.fork, os.setsid):
            try:
                call()
            except OSError:
                pass
"""


def has_processor_limits(server):
    """Whether a cgroup limits the processors of functions: as root, on hosts with that controller."""
    return server.installation.uid is None


def test_a_function_has_as_many_sessions_as_it_may_at_any_time(either, either_server):
    name = either.deploy(MAKES_SESSIONS, Timeout=30, MemorySize=256)
    for _ in range(2):
        results = either.invoke(name, {"count": 100}).value
        made = results.count("made")
        if has_processor_limits(either_server):
            assert made == 100
        else:
            # Pid 1 and the runtime have two of 32.
            assert made == 30
            assert set(results[30:]) == {"1"}  # EPERM
    # A program that lives on makes as many as it likes, one after the other.
    for _ in range(3):
        assert either.invoke(name, {"count": 25}).value == ["made"] * 25


def test_programs_that_wait_for_a_processor_count_before_they_make_their_session(either, either_server):
    made = either.invoke(either.deploy(MAKES_SESSIONS_SLOWLY, Timeout=60, MemorySize=512)).value
    assert made == 200 if has_processor_limits(either_server) else made == 30


def test_a_fork_bomb_of_sessions_ends_at_its_time_out_and_others_go_on(either, either_server):
    victim = Account(either_server)
    name = victim.deploy()
    victim.invoke(name)
    bomb = either.deploy(FORKS_AND_MAKES_SESSIONS, Timeout=3)
    answers, ended = [], threading.Event()

    def keep_calling():
        while not ended.is_set():
            answers.append(victim.invoke(name, len(answers)))

    caller = threading.Thread(target=keep_calling)
    caller.start()
    try:
        assert either.invoke(bomb).failure["errorType"] == "Sandbox.Timedout"
    finally:
        ended.set()
        caller.join()
    assert [answer.value for answer in answers] == list(range(len(answers)))
    assert len(answers) >= 3, "the victim waited while the bomb ran"
