"""Runs inside an execution environment: takes all that it can have of something, named by the event.

Length: one file, because it is one deployment package; what is taken is independent.
"""

import ctypes
import errno
import fcntl
import itertools
import mmap
import os
import resource
import signal
import socket
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
MEBIBYTE = 1 << 20
kept = []


def handler(event, context):
    return globals()[event]()


def until_refused(take, most=200_000):
    """How often something is given, and the error that ends it."""
    for count in range(most):
        try:
            kept.append(take(count))
        except OSError as error:
            kept.clear()
            return [count, errno.errorcode.get(error.errno, str(error))]
    return [most, "no end"]


def call(name, *arguments):
    ctypes.set_errno(0)
    result = getattr(libc, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def touched(area):
    for place in range(0, len(area), 4096):
        area[place] = 1
    return area


def memory():
    """Keeps it until the environment ends, which without a cgroup the server sees to."""
    areas = [touched(mmap.mmap(-1, 16 * MEBIBYTE, mmap.MAP_PRIVATE)) for _ in range(64)]
    time.sleep(15)
    return len(areas)


def memory_of_children():
    for _ in range(3):
        if os.fork() == 0:
            memory()
            signal.pause()
    return until_refused(lambda _: os.wait())


def page_tables():
    area = mmap.mmap(-1, 1 << 38, 0x4022)  # private, anonymous, without a reservation
    for place in range(0, 1 << 38, 2 * MEBIBYTE):
        area[place] = 1
    time.sleep(15)
    return "no end"


def areas():
    return until_refused(lambda count: mmap.mmap(-1, 4096, mmap.MAP_PRIVATE, (count % 2) * 2))


def stack():
    sys.setrecursionlimit(1 << 30)
    threading.stack_size(512 * 1024)
    thread = threading.Thread(target=lambda: repr(nested()))
    thread.start()
    thread.join()


def nested():
    value = []
    for _ in range(1_000_000):
        value = [value]
    return value


def threads():
    over = threading.Event()
    count = 0
    try:
        while count < 5_000:
            threading.Thread(target=over.wait, daemon=True).start()
            count += 1
    except RuntimeError:
        return [count, "EAGAIN"]
    finally:
        over.set()


def children():
    pids = []

    def child(_):
        pids.append(os.fork())
        if pids[-1] == 0:
            signal.pause()

    result = until_refused(child, 5_000)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return result


def descriptors():
    return until_refused(lambda _: os.fdopen(os.eventfd(0), "rb", 0))


def descriptors_of_children():
    """Each child has a table of its own: their number is what is limited."""
    def child(_):
        pid = os.fork()
        if pid == 0:
            until_refused(lambda _: os.open("/dev/null", os.O_RDONLY))
            os._exit(0)
        return os.waitpid(pid, 0)

    return until_refused(child, 50)


def pipes():
    def full_pipe(_):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with open(writing, "wb", buffering=0) as pipe:
            pipe.write(bytes(MEBIBYTE))
        return os.fdopen(reading, "rb", 0)

    return until_refused(full_pipe)


def datagrams():
    """Messages that no one reads, on the socket that they were sent to."""
    def sent(_):
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.setblocking(False)
        try:
            while True:
                one.send(bytes(65_536))
        except BlockingIOError:
            return one, other

    return until_refused(sent)


def listeners():
    return until_refused(lambda _: socket.create_server(("127.0.0.1", 0)))


def timers():
    made = []

    def timer(_):
        one = ctypes.c_void_p()
        call("timer_create", 0, None, ctypes.byref(one))
        made.append(one)

    result = until_refused(timer)
    for each in made:
        call("timer_delete", each)
    return result


def shared_segments():
    return until_refused(lambda _: call("shmget", 0, 4096, 0o1600))


def semaphores():
    return until_refused(lambda _: call("semget", 0, 1, 0o1600))


def queues():
    return until_refused(lambda _: call("msgget", 0, 0o1600))


def locked_memory():
    return until_refused(
        lambda _: call("mlock", (ctypes.c_char * 65_536).from_buffer(kept_area(65_536)), 65_536), 10_000)


def kept_area(length):
    kept.append(mmap.mmap(-1, length))
    return kept[-1]


def temporary_bytes():
    def written(count):
        with open(f"/tmp/{count}", "wb", buffering=0) as file:
            if file.write(bytes(8 * MEBIBYTE)) < 8 * MEBIBYTE:
                raise OSError(errno.ENOSPC, "a part")

    return until_refused(written, 1_000)


def temporary_room():
    with open("/tmp/room", "wb") as file:
        return until_refused(lambda count: os.posix_fallocate(file.fileno(), 0, 1 << 40), 1)


def a_sparse_file():
    with open("/tmp/sparse", "wb") as file:
        return until_refused(lambda count: os.ftruncate(file.fileno(), 1 << (40 + count)), 22)


def temporary_files():
    return until_refused(lambda count: os.close(os.open(f"/tmp/{count}", os.O_CREAT | os.O_WRONLY)), 60_000)


def a_deep_folder():
    os.chdir("/tmp")
    for _ in range(5_000):
        os.mkdir("deep")
        os.chdir("deep")
    os.chdir("/")
    return "made"


def locks():
    with open("/tmp/locked", "wb") as file:
        return until_refused(lambda count: fcntl.lockf(file, fcntl.LOCK_EX, 1, count * 2), 2_000)


def arguments():
    return until_refused(lambda _: os.execv("/usr/bin/true", ["x" * 131_072] * 100), 1)


def a_line_without_end():
    for _ in range(8):
        os.write(1, b"x" * 524_288)
    return "printed"


def control_characters():
    for _ in range(64):
        os.write(1, bytes(range(256)) * 64 + b"\n")
    return "printed"


def lines_of_all_threads():
    writers = [threading.Thread(target=lambda: [os.write(2, b"x" * 1_000 + b"\n") for _ in range(100)])
               for _ in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return "printed"


def a_long_answer():
    return "x" * (7 * MEBIBYTE)


def a_long_error():
    raise ValueError("x" * (7 * MEBIBYTE))


def a_deep_answer():
    return nested()


def no_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return "set"


def closed_descriptors():
    os.closerange(0, 1_024)
    return "closed"


def no_memory_limit_of_its_own():
    resource.setrlimit(resource.RLIMIT_AS, (1, 1))
    return "set"


def an_ended_parent():
    os.kill(1, signal.SIGKILL)
    os.kill(1, signal.SIGTERM)
    os.kill(1, signal.SIGSTOP)
    return "sent"


def refused_calls():
    for _ in itertools.repeat(None, 5_000):
        libc.syscall(321, 0, 0, 0)
    return "made"
