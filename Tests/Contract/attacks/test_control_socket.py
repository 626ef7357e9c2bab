"""From inside: the sandbox's first process, and the socket on which it takes the server's orders, cannot be taken."""

import pytest

from account import Account
from compiled import compiled
from packages import program

READS_WHAT_CAME_OF_IT = '''
import os, time

def handler(event, context):
    while not os.path.exists("/tmp/takeover"): time.sleep(0.01)
    return open("/tmp/takeover").read()
'''


@pytest.fixture
def attacker(either_server):
    return Account(either_server)


def test_a_program_that_is_being_started_cannot_be_taken_over(attacker):
    """Ten cold starts: where a new process is accessible, the extension wins its race in one of five."""
    layer = attacker.publish("taking", {"extensions/taking": program(compiled("takeover_extension.c"))})
    name = attacker.deploy(
        READS_WHAT_CAME_OF_IT, Layers=[layer["LayerVersionArn"]], MemorySize=3008, Timeout=30)
    for attempt in range(10):
        attacker.change(name, Environment={"Variables": {"ATTEMPT": str(attempt)}})
        assert attacker.invoke(name).value.startswith("not taken"), f"attempt {attempt}"
