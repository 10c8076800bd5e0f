"""What the pages for people say can be looked up: every test that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGES = sorted([Path("README.md"), *Path("docs").rglob("*.md")])
NAMED = sorted(
    {found for page in PAGES for found in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text("utf-8"))}
)


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda part: part.rpartition("/")[2])
def test_every_test_that_a_page_names_is_there(path: str, name: str) -> None:
    assert Path(path).is_file()
    assert not name or re.search(rf"^(?:    )?def {name}\(", Path(path).read_text("utf-8"), re.MULTILINE)


def test_the_pages_that_promise_something_name_what_shows_it() -> None:
    for page, least in (("docs/findings.md", 25), ("docs/threat-model.md", 20), ("docs/sources.md", 30)):
        assert len(set(re.findall(r"`tests/[\w/]+\.py(?:::\w+)?`", Path(page).read_text("utf-8")))) >= least, page
