"""Handlers with every behaviour that we know of: test_differential runs each under our runtime and AWS's."""

from . import (  # noqa: F401  (they fill the table)
    clients, context, errors, events, finding, logs, misbehaviour, results, state,
)
from .table import CASES  # noqa: F401
