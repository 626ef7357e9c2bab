"""docs/SPECIFICATION.md names the tests that hold its promises: they have to be there."""

import re

from server_process import REPOSITORY

SPECIFICATION = REPOSITORY / "docs" / "SPECIFICATION.md"


def test_every_test_that_the_specification_names_exists():
    named = set(re.findall(r"`(test_\w+)`", SPECIFICATION.read_text()))
    sources = "".join(path.read_text() for path in (REPOSITORY / "Tests" / "Contract").glob("test_*.py"))
    assert named
    assert {name for name in named if f"def {name}(" not in sources} == set()


def test_every_file_that_the_specification_links_to_exists():
    linked = re.findall(r"\]\(([^)#]+)", SPECIFICATION.read_text())
    assert linked
    assert [link for link in linked if not (SPECIFICATION.parent / link).exists()] == []
