"""The page of all parts: no class of the style sheet is missing on it, and any colleague may look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.console import console
from tests.console.office import Office

SHEET = Path(console.__file__).parent / "pages" / "assets" / "console.css"


def classes_in(sheet: str) -> set[str]:
    """Every class that a style sheet speaks of."""
    bare = re.sub(r"{[^{}]*}", " ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    return set(re.findall(r"\.([a-z][\w-]*)", bare))


def classes_on(page: str) -> set[str]:
    """Every class that an element of a page has."""
    return {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}


def test_every_class_of_the_style_sheet_is_on_the_page(office: Office):
    page = office.browser("anna").get("/console/style").text
    wanted = classes_in(SHEET.read_text("utf-8"))

    assert len(wanted) > 60
    assert wanted - classes_on(page) == set()


@pytest.mark.parametrize("alias", ["carin", "dag", "eva", "gun"])
def test_any_colleague_may_look_and_no_case_is_on_it(office: Office, alias: str):
    received = office.approach()
    answer = office.browser(alias).get("/console/style")

    assert answer.status_code == 200
    assert received.reference not in answer.text
