"""docs/SPECIFICATION.md names the tests that enforce its promises: they must exist."""

import re

from existing_operations import not_yet
from server_process import REPOSITORY

SPECIFICATION = REPOSITORY / "docs" / "SPECIFICATION.md"


def test_every_test_that_the_specification_names_exists():
    named = set(re.findall(r"`(test_\w+)`", SPECIFICATION.read_text()))
    sources = "".join(path.read_text() for path in (REPOSITORY / "Tests" / "Contract").rglob("test_*.py"))
    assert named
    assert {name for name in named if f"def {name}(" not in sources} == set()


def test_every_file_that_the_specification_links_to_exists():
    linked = re.findall(r"\]\(([^)#]+)", SPECIFICATION.read_text())
    assert linked
    assert [link for link in linked if not (SPECIFICATION.parent / link).exists()] == []


def operations(state):
    """The operations that the table lists in a state."""
    (row,) = re.findall(rf"^\| {state}.*?\| (.*) \|$", SPECIFICATION.read_text(), re.MULTILINE)
    return re.findall(r"`(\w+)`", row)


def test_the_table_of_operations_has_each_of_the_model_once(aws):
    named = [name for state in ("works", "none yet", "stored only", "not yet") for name in operations(state)]
    assert sorted(named) == sorted(aws.lambda_.meta.service_model.operation_names)


def test_the_table_of_operations_says_what_is_there(aws):
    assert sorted(operations("not yet")) == sorted(not_yet(aws.server))
