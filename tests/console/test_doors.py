"""Doors are shut unless listed, and each opens for its roles alone."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.console.console import create_console
from tests.console.office import Office, send, take

PUBLIC = {
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("GET", "/console/sign-in/second"),
    ("POST", "/console/sign-in/second"),
    ("POST", "/console/sign-in/passkey"),
    ("POST", "/console/sign-in/passkey/question"),
    ("POST", "/console/sign-in/provider"),
    ("GET", "/console/sign-in/provider/return"),
    ("POST", "/console/sign-in/provider/return"),
    ("GET", "/console/enrol/{token}"),
    ("POST", "/console/enrol/{token}"),
    ("POST", "/console/enrol/{token}/provider"),
    ("GET", "/console/calendar/{secret}.ics"),
}
DOORS = 173

CASE = ("anna", "carin", "dag")
OPEN_TO = {
    "/console/": ("anna", "carin", "dag"),
    "/console/board": CASE,
    "/console/parts/{part}": CASE,
    "/console/glass": CASE,
    "/console/calendar": CASE,
    "/console/roster/month": ("anna", "carin", "dag", "gun"),
    "/console/roster": ("anna", "carin", "dag", "gun"),
    "/console/morning": ("carin", "dag"),
    "/console/log": ("eva",),
    "/console/people": ("carin", "dag", "gun"),
    "/console/cases/{reference}": CASE,
}


def doors(face) -> list[tuple[str, str]]:
    found = []
    for context in iter_route_contexts(face.router.routes):
        route = context.original_route
        if isinstance(route, Mount):
            assert context.path == "/console/assets"
            continue
        found += [(method, context.path) for method in sorted(context.methods or ())]
    return found


def at(path: str, reference: str = "K7Q2") -> str:
    return re.sub(r"{(\w+)}", r"a-\1", path.replace("{reference}", reference).replace("{part}", "running"))


def test_we_counted_the_doors(office: Office):
    found = doors(office.face)
    assert len(found) == len(set(found)) == DOORS
    assert set(found) >= PUBLIC


def test_a_stranger_is_led_to_sign_in_or_turned_away_everywhere_else(office: Office):
    stranger = office.browser()
    for method, path in doors(office.face):
        if (method, path) in PUBLIC:
            continue
        answer = stranger.request(method, at(path))
        if method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["location"] == f"/console/sign-in?next={at(path)}"
        else:
            assert answer.status_code in (401, 403), path
        assert "set-cookie" not in answer.headers


def test_no_door_but_get_and_post(office: Office):
    assert {method for method, _ in doors(office.face)} == {"GET", "POST"}


@pytest.mark.parametrize("alias", ["anna", "carin", "dag", "eva", "gun"])
def test_a_page_opens_for_its_roles_alone(office: Office, alias: str):
    reference = office.approach().reference
    browser = office.browser(alias)
    for path, who in OPEN_TO.items():
        answer = browser.get(at(path, reference))
        if alias in who:
            assert answer.status_code == 200, path
        elif path == "/console/":
            assert answer.headers["location"] in ("/console/log", "/console/roster")
        else:
            assert answer.status_code == 403, path
            assert reference not in answer.text


def test_a_refusal_for_the_wrong_role_is_in_the_log(office: Office):
    office.browser("eva").get("/console/roster")
    (entry,) = office.log("access.refused")
    assert (entry["actor"], entry["purpose"], entry["facts"]["page"]) == ("eva", "role", "/console/roster")


@pytest.mark.parametrize("alias", ["eva", "gun"])
def test_nobody_without_a_case_role_does_anything_to_a_case(office: Office, alias: str):
    reference = office.approach().reference
    browser = office.browser(alias)
    for method, path in doors(office.face):
        if method == "POST" and "{reference}" in path:
            assert send(browser, at(path, reference), because="danger").status_code == 403
    assert office.log("case.taken") == office.log("case.revealed") == []


@pytest.mark.parametrize("csrf", [None, "", "wrong", "another session's"])
def test_a_form_without_this_sessions_word_changes_nothing(office: Office, csrf: str | None):
    received = office.approach()
    anna = office.browser("anna")
    fields = (
        {"because": "danger"}
        if csrf is None
        else {"csrf": office.browser("anna").word if csrf.startswith("another") else csrf}
    )
    for method, path in doors(office.face):
        if method == "POST" and (method, path) not in PUBLIC:
            assert anna.post(at(path, received.reference), data=fields).status_code == 403, path
    assert office.case(received).hold is None
    assert anna.get("/console/").status_code == 200


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/enrol/a-token", "/console/cases/K7Q2/hold"])
def test_a_form_that_another_site_sent_is_refused(office: Office, path: str):
    anna = office.browser("anna")
    answer = anna.post(path, data={"csrf": anna.word}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_taking_a_case_by_following_a_link_is_impossible(office: Office, anna):
    received = office.approach()
    assert anna.get(f"/console/cases/{received.reference}/hold").status_code == 405
    assert office.case(received).hold is None


def test_every_answer_is_kept_by_nobody_and_tells_nobody_where_it_was(office: Office, anna):
    received = office.approach()
    take(anna, received.reference)
    for answer in (anna.get("/console/"), anna.get(f"/console/cases/{received.reference}"), anna.get("/console/nope")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


def test_the_cookie_is_for_our_own_pages_alone(office: Office):
    face = create_console(office.db, office.clock, office.keyring, public_url="http://127.0.0.1:8000")
    assert face.state.site.cookie.wire_name == "dygnet"
    assert office.face.state.site.cookie.wire_name == "__Host-dygnet"
