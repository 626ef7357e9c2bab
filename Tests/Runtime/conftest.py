"""Run by `pytest Tests/Runtime`, with pytest and awslambdaric from script/requirements-test.txt.

STRATA_TEST_SEED repeats a run of the tests with random input; each of them prints the seed it had.
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
    """Our runtime as a module, for tests within this process."""
    sys.path.insert(0, str(SOURCES))
    write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return importlib.import_module("bootstrap")
    finally:
        sys.path.remove(str(SOURCES))
        sys.dont_write_bytecode = write
