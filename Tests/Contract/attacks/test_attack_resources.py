"""From inside: what one function takes has an end, and functions of others are answered meanwhile and afterwards."""

import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from prisoners import FUNCTIONS  # noqa: E402

GLUTTON = (FUNCTIONS / "glutton.py").read_text()
MEMORY = "Runtime exited with error: signal: killed"
# What is taken → the most of it, and the errors that may end it; or texts of which one is in the answer.
COUNTED = {
    "threads": (1_024, "EAGAIN"), "children": (1_024, "EAGAIN"), "descriptors": (1_024, "EMFILE"),
    "descriptors_of_children": (50, "no end"), "pipes": (1_024, "EMFILE"), "datagrams": (512, "EMFILE"),
    "listeners": (1_024, "EMFILE"), "timers": (1_024, "EAGAIN"), "shared_segments": (4_096, "ENOSPC"),
    "semaphores": (32_000, "ENOSPC"), "queues": (32_000, "ENOSPC"), "locked_memory": (1_024, "ENOMEM | EPERM"),
    "areas": (70_000, "ENOMEM"), "temporary_room": (0, "ENOSPC"), "a_sparse_file": (22, "EFBIG | EINVAL | no end"),
    "temporary_files": (60_000, "ENOSPC | no end"), "locks": (2_000, "ENOLCK | no end"), "arguments": (0, "E2BIG"),
    "temporary_bytes": (64, "ENOSPC"),
}
ENDED = {
    "memory": (MEMORY,), "memory_of_children": (MEMORY, "ECHILD"), "page_tables": (MEMORY,),
    "stack": ("segmentation fault", "recursion", "RecursionError", "null", MEMORY),
    "a_long_answer": ("ResponseSizeTooLarge",), "a_long_error": ("ValueError", "ResponseSizeTooLarge"),
    "a_deep_answer": ("MarshalError", "recursion"),
}
SURVIVED = {
    "a_deep_folder": "made", "a_line_without_end": "printed", "control_characters": "printed",
    "lines_of_all_threads": "printed", "refused_calls": "made",
}
# The runtime may be unable to answer; then its environment ends.
CRIPPLED = ["no_descriptors", "closed_descriptors", "no_memory_limit_of_its_own", "an_ended_parent"]


# Several seconds each.
SLOW = ["children", "descriptors_of_children", "memory_of_children", "page_tables", "a_long_error"]


def chosen(names):
    """The names as parameters, slow ones marked as wild."""
    return [pytest.param(name, marks=pytest.mark.wild) if name in SLOW else name for name in names]


class Neighbour:
    """A function of another account that is invoked all the time."""

    def __init__(self, account):
        self.account, self.name = account, account.deploy("def handler(event, context): return event", Timeout=3)
        self.is_over, self.answers = threading.Event(), 0
        self.thread = threading.Thread(target=self.work)
        self.failures = []
        self.thread.start()

    def work(self):
        while not self.is_over.wait(0.05):
            try:
                assert self.account.invoke(self.name, self.answers).value == self.answers
                self.answers += 1
            except Exception as error:
                self.failures.append(error)

    def end(self):
        self.is_over.set()
        self.thread.join()
        return self.failures


@pytest.fixture(scope="module")
def glutton(either_server):
    """A hostile function beside a neighbour that must not notice it."""
    account = Account(either_server)
    name = account.deploy(files={"app.py": GLUTTON}, MemorySize=512, Timeout=20)
    neighbour = Neighbour(Account(either_server))
    yield lambda what: account.invoke(name, what)
    assert neighbour.end() == []
    assert neighbour.answers > 20


@pytest.mark.parametrize("what", chosen(COUNTED))
def test_what_a_function_takes_has_an_end(glutton, what):
    most, errors = COUNTED[what]
    answer = glutton(what)
    # Memory that the kernel keeps for it is the function's: that may end it first.
    if answer.error is None:
        count, error = answer.value
        assert count <= most and error in errors.split(" | "), (count, error)
    else:
        assert MEMORY in answer.failure["errorMessage"]


@pytest.mark.parametrize("what", chosen(ENDED))
def test_a_function_that_takes_too_much_ends_alone(glutton, what):
    answer = glutton(what)
    assert any(text in answer.payload.decode()[:100_000] for text in ENDED[what]), answer.payload[:300]


@pytest.mark.parametrize("what", SURVIVED)
def test_what_is_too_much_elsewhere_is_not_here(glutton, what):
    assert glutton(what).value == SURVIVED[what]


@pytest.mark.parametrize("what", CRIPPLED)
def test_a_function_that_cripples_its_environment_gets_another(glutton, what):
    glutton(what)
    assert glutton("refused_calls").value == "made"
