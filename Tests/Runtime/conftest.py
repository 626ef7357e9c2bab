"""Run by `pytest Tests/Runtime`, with pytest and awslambdaric from script/python-requirements.txt.

STRATA_TEST_SEED repeats a run of the tests with random input; each prints its seed.
"""

import importlib
import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from execution import SOURCES

SEED = int(os.environ.get("STRATA_TEST_SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.fixture(autouse=True)
def seed():
    print("STRATA_TEST_SEED=%d" % SEED)
    random.seed(SEED)


@pytest.fixture(scope="session")
def bootstrap():
    """The runtime as a module, for tests in this process."""
    sys.path.insert(0, str(SOURCES))
    write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return importlib.import_module("bootstrap")
    finally:
        sys.path.remove(str(SOURCES))
        sys.dont_write_bytecode = write
