"""A one-time link, a passphrase, and a session that ends by itself."""

from __future__ import annotations

import pytest

from app.console.console import create_console
from app.console.session import inside
from app.staff.directory import by_alias
from app.staff.signin import make_link
from tests.console.office import PUBLIC_URL, HandSetClock, Office, TestClient, send

PASSPHRASE = "fyra gula cyklar i regn"


@pytest.fixture
def link(office: Office) -> str:
    with office.db.transaction() as session:
        person = by_alias(session, "anna")
        assert person
        return f"/console/enrol/{make_link(session, person, at=office.now, by='operator')}"


@pytest.fixture
def enrolled(office: Office, link: str) -> Office:
    office.browser().post(link, data={"passphrase": PASSPHRASE})
    return office


def sign_in(office: Office, alias: str = "anna", passphrase: str = PASSPHRASE, onward: str = ""):
    fields = {"alias": alias, "passphrase": passphrase, "next": onward}
    return office.browser().post("/console/sign-in", data=fields)


def test_a_link_lets_somebody_choose_a_passphrase_and_in(office: Office, link: str):
    browser = office.browser()
    answer = browser.post(link, data={"passphrase": PASSPHRASE})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert browser.get("/console/").status_code == 200


def test_a_program_that_looks_at_the_link_does_not_use_it_up(office: Office, link: str):
    for method in ("GET", "GET", "HEAD"):
        office.browser().request(method, link)
    assert office.browser().post(link, data={"passphrase": PASSPHRASE}).status_code == 303


def test_a_link_works_once(office: Office, link: str):
    office.browser().post(link, data={"passphrase": PASSPHRASE})
    answer = office.browser().post(link, data={"passphrase": "en helt annan fras"})
    assert answer.status_code == 404
    assert "gäller inte längre" in answer.text
    assert sign_in(office).status_code == 303


def test_a_link_is_too_old_after_fifteen_minutes(office: Office, link: str):
    office.later(minutes=15)
    assert office.browser().get(link).status_code == 404


def test_a_passphrase_that_is_too_short_leaves_the_link_good(office: Office, link: str):
    answer = office.browser().post(link, data={"passphrase": "kort"})
    assert answer.status_code == 422
    assert "Länken gäller fortfarande" in answer.text
    assert office.browser().post(link, data={"passphrase": PASSPHRASE}).status_code == 303


def test_the_page_behind_the_link_repeats_its_secret_nowhere(office: Office, link: str):
    answer = office.browser().get(link)
    assert link.rpartition("/")[2] not in answer.text + str(answer.headers)


def test_unknown_and_wrong_are_told_the_same(enrolled: Office):
    wrong, unknown = sign_in(enrolled, passphrase="fel"), sign_in(enrolled, alias="zelda")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace('"anna"', '"zelda"') == unknown.text
    assert [entry["object"] for entry in enrolled.log("staff.sign_in_failed")] == ["person:anna", ""]


def test_what_was_typed_as_an_alias_comes_back_harmless(enrolled: Office):
    answer = sign_in(enrolled, alias='"><script>x</script>')
    assert "<script>x" not in answer.text


def test_signing_in_leads_to_where_somebody_was_going(enrolled: Office):
    assert sign_in(enrolled, onward="/console/cases/K7Q2").headers["location"] == "/console/cases/K7Q2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example.org/console/",
        "//evil.example.org/console/",
        "/console//evil.example.org\\x",
        "/\\evil.example.org",
        "/console/../sv/",
        "/console/\r\nset-cookie: a=b",
        "/console/?x=1",
        "/sv/",
        "/console/sign-in",
        "javascript:alert(1)",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(elsewhere: str):
    assert inside(elsewhere) == "/console/"


def test_an_address_elsewhere_is_not_even_repeated(enrolled: Office):
    elsewhere = "https://evil.example.org/console/"
    assert sign_in(enrolled, onward=elsewhere).headers["location"] == "/console/"
    assert "evil" not in enrolled.browser().get("/console/sign-in", params={"next": elsewhere}).text


def test_a_new_session_ends_the_one_this_browser_had(enrolled: Office):
    browser = enrolled.browser("anna")
    before = browser.cookies["__Host-dygnet"]
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    stolen = enrolled.browser()
    stolen.cookies.set("__Host-dygnet", before)
    assert stolen.get("/console/").status_code == 303


def test_signing_out_ends_the_session_for_good(office: Office, anna):
    cookie = anna.cookies["__Host-dygnet"]
    out = send(anna, "/console/sign-out")
    assert out.headers["location"] == "/console/sign-in"
    assert out.headers["clear-site-data"] == '"cache"', "nor is a page left for the back button"
    again = office.browser()
    again.cookies.set("__Host-dygnet", cookie)
    assert again.get("/console/").status_code == 303
    assert [entry["actor"] for entry in office.log("staff.signed_out")] == ["anna"]


def test_a_session_that_was_left_alone_is_over(office: Office, anna):
    office.later(minutes=29)
    assert anna.get("/console/").status_code == 200
    office.later(minutes=29)
    assert anna.get("/console/").status_code == 200
    office.later(minutes=31)
    assert anna.get("/console/").headers["location"].startswith("/console/sign-in")
    assert anna.post("/console/sign-out", data={"csrf": "x"}).status_code == 401


@pytest.mark.parametrize("path", ["/console/board", "/console/?by=itself"])
def test_a_board_that_refreshes_itself_keeps_nobody_signed_in(office: Office, anna, path: str):
    for _ in range(4):
        office.later(minutes=10)
        last = anna.get(path)
    assert last.status_code == 303


def test_somebody_who_left_the_staff_is_out_at_once(office: Office, anna):
    with office.db.transaction() as session:
        person = by_alias(session, "anna")
        assert person
        person.left_at = office.now
    assert anna.get("/console/").status_code == 303


def test_a_fast_clock_signs_nobody_out_in_three_seconds(office: Office):
    wall = HandSetClock(office.now)
    face = create_console(office.db, office.clock, office.keyring, public_url=PUBLIC_URL, door_clock=wall)
    cookie = office.browser("anna").cookies["__Host-dygnet"]
    browser = TestClient(face, base_url=PUBLIC_URL, cookies={"__Host-dygnet": cookie}, follow_redirects=False)
    office.later(hours=3)
    assert browser.get("/console/").status_code == 200
