"""Limits of a function: memory, CPU, /tmp, descriptors and processes, and the errors beyond them."""

import re
import subprocess

import pytest

from account import Account
from footprint import proportional_bytes
from log_streams import log_with
from operators import until

MEBIBYTE = 1 << 20


@pytest.fixture
def aws_with_cgroups(aws):
    """Without cgroups there is no CPU limit."""
    doctor = subprocess.run(aws.server.installation.command("doctor"), capture_output=True, text=True).stdout
    if "cgroup" in doctor.partition("degraded")[2]:
        pytest.skip("the host gives no cgroups")
    return aws


@pytest.mark.parametrize("memory, share", [(128, 128 / 1769), (885, 0.5)])
def test_a_function_has_the_share_of_a_processor_that_goes_with_its_memory(aws_with_cgroups, memory, share):
    name = aws_with_cgroups.deploy(
        """
        import time
        def handler(event, context):
            begin, used = time.monotonic(), time.process_time()
            while time.monotonic() - begin < 1: pass
            return (time.process_time() - used) / (time.monotonic() - begin)
        """,
        MemorySize=memory, Timeout=20,
    )
    assert aws_with_cgroups.invoke(name).value < share + 0.12  # plus one of the kernel's ten periods per second


def test_a_function_may_have_the_whole_processor(installation):
    server = installation.start(arguments=["--cpu-share", "full"])
    try:
        account = Account(server)
        name = account.deploy(
            """
            import time
            def handler(event, context):
                begin = time.process_time()
                while time.process_time() - begin < 0.5: pass
                return "done"
            """,
            MemorySize=128, Timeout=6,
        )
        # With 7 % of a processor it would take seven seconds.
        assert account.invoke(name).value == "done"
    finally:
        server.stop()


def test_the_1025th_descriptor_is_refused(either):
    name = either.deploy(
        """
        import os
        def handler(event, context):
            try:
                while True: last = os.open("/dev/null", os.O_RDONLY)
            except OSError as error:
                return [last, error.strerror]
        """
    )
    assert either.invoke(name).value == [1023, "Too many open files"]


def test_threads_and_processes_beyond_1024_are_refused(either):
    name = either.deploy(
        """
        import os, threading, time
        def handler(event, context):
            over, count = threading.Event(), 0
            try:
                while count < 2000:
                    threading.Thread(target=over.wait, daemon=True).start()
                    count += 1
            except RuntimeError:
                return count
            finally:
                over.set()
        """,
        MemorySize=1769, Timeout=30,
    )
    # For an ordinary user all of its processes count, not only those of one function.
    assert 500 < either.invoke(name).value < 1024


def test_tmp_is_as_large_as_was_asked_for_and_no_larger(either):
    name = either.deploy(
        """
        import os
        def handler(event, context):
            room = os.statvfs("/tmp")
            open("/tmp/most", "wb").write(bytes(event << 20))
            try:
                open("/tmp/more", "wb").write(bytes(100 << 20))
            except OSError as error:
                return [room.f_frsize * room.f_blocks, error.strerror]
        """,
        EphemeralStorage={"Size": 600}, MemorySize=2048, Timeout=30,
    )
    assert either.invoke(name, 550).value == [600 * MEBIBYTE, "No space left on device"]


HOARD = "hoard = bytearray(b'x') * (1 << 30)"


@pytest.mark.parametrize("phase", ["init", "invoke"])
def test_exceeded_memory_is_reported_as_lambda_does(either, phase):
    source = f"{HOARD}\ndef handler(event, context): pass" if phase == "init" else (
        f"def handler(event, context):\n    {HOARD}")
    name = either.deploy(source, MemorySize=128, Timeout=30)
    answer = either.invoke(name)
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(
        r"RequestId: \S+ Error: Runtime exited with error: signal: killed", answer.failure["errorMessage"])
    log = log_with(either, name, "REPORT RequestId")
    report = re.search(r"REPORT .*\tMax Memory Used: (\d+) MB\t.*Status: error\tError Type: (.*)", log)
    assert report[2] == "Runtime.OutOfMemory"
    assert int(report[1]) <= 128 or either.server.installation.uid is not None
    reports = re.findall(r"INIT_REPORT .*\tPhase: (\w+)\tStatus: error\tError Type: Runtime.OutOfMemory", log)
    assert reports == (["init", "invoke"] if phase == "init" else [])


def test_the_server_gives_back_the_memory_of_large_payloads(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy("def handler(event, context): return event", MemorySize=256, Timeout=30)
    payload = "x" * 6_000_000
    assert aws.invoke(name, "warm").value == "warm"
    before = proportional_bytes(server.pid, "Pss_Anon")
    for _ in range(2):
        for answer in [aws.invoke_aside(name, payload) for _ in range(24)]:
            assert answer().value == payload
    # Without it, 70 MB stay.
    until(
        lambda: proportional_bytes(server.pid, "Pss_Anon") < before + 24 * MEBIBYTE, "the memory",
        lambda: (before, proportional_bytes(server.pid, "Pss_Anon")))
    server.stop()
