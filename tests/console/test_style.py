"""The page of all parts: no class of the style sheet is missing on it, and any colleague may look."""

from __future__ import annotations

import json
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


def test_it_installs_as_an_app_whose_name_and_picture_say_nothing(anna):
    """Telephones of one maker push only to what stands on the home screen, and take no drawn icon there."""
    app = json.loads(anna.get("/console/assets/app.webmanifest").text)
    page = anna.get("/console/style").text
    linked = re.search(r'rel="apple-touch-icon" href="([^"]+)"', page)
    assert (app["name"], app["short_name"], app["display"]) == ("D", "D", "standalone")
    assert app["start_url"] == app["scope"] == app["id"] == "/console/"
    assert [anna.get(icon["src"]).headers["content-type"] for icon in app["icons"]] == ["image/svg+xml"]
    assert linked
    assert anna.get(linked[1]).content[16:24] == bytes([0, 0, 0, 180]) * 2
