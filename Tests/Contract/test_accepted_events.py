"""An event is accepted only once it is durable. The tests use a disk that stalls and fails on command."""

import threading

import pytest

from account import Account, refused
from compiled import compile_c
from test_asynchronous import SPEAKS, lines, send

# Preloaded over the C library's (ld.so(8)): waits while one file exists, fails while another does.
DISK = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int synchronise(long call, int descriptor) {
    while (access(getenv("DISK_STALLS"), F_OK) == 0) usleep(1000);
    if (access(getenv("DISK_FAILS"), F_OK) == 0) { errno = EIO; return -1; }
    return syscall(call, descriptor);
}

int fsync(int descriptor) { return synchronise(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return synchronise(SYS_fdatasync, descriptor); }
"""


class Disk:
    """The switches of a server's disk."""

    def __init__(self, folder):
        self.stalls, self.fails, self.library = folder / "stalls", folder / "fails", folder / "disk.so"
        compile_c(["-shared", "-fPIC", "-x", "c"], self.library, "-", input=DISK, text=True)

    def variables(self):
        return {
            "LD_PRELOAD": str(self.library), "DISK_STALLS": str(self.stalls), "DISK_FAILS": str(self.fails)}


@pytest.fixture
def disk(tmp_path):
    disk = Disk(tmp_path)
    yield disk
    disk.stalls.unlink(missing_ok=True)


@pytest.fixture
def aws(installation, disk):
    server = installation.start(variables=disk.variables())
    yield Account(server)
    disk.stalls.unlink(missing_ok=True)
    server.end()


def test_an_event_is_not_accepted_before_it_is_on_the_disk(aws, disk):
    name = aws.deploy(SPEAKS)
    disk.stalls.touch()
    answers = []
    callers = [
        threading.Thread(target=lambda: answers.append(send(aws, name, 7)["StatusCode"])) for _ in range(5)]
    for caller in callers:
        caller.start()
    callers[0].join(1)
    assert answers == []
    disk.stalls.unlink()
    for caller in callers:
        caller.join()
    assert answers == [202] * 5
    assert len(lines(aws, name, "handled", 5)) == 5


def test_an_event_that_cannot_be_written_is_refused_and_the_next_one_is_accepted(aws, disk):
    name = aws.deploy(SPEAKS)
    disk.fails.touch()
    refusal = refused(
        aws.lambda_.invoke, FunctionName=name, InvocationType="Event", Payload=b'"refused"')
    assert (refusal.code, refusal.status) == ("ServiceException", 500)
    disk.fails.unlink()
    answer = send(aws, name, "accepted")
    assert [line.split()[1] for line in lines(aws, name, "handled")] == ["accepted"]
    assert answer["StatusCode"] == 202
