"""The ways in, at the desk: a second step, sessions one sees, a proof for what is grave, letters that are not lost."""

from __future__ import annotations

import html
import re

import pyotp
import pytest

from app.console.console import create_console
from app.escalation import duress_news
from app.notifications.models import Notification
from app.staff import duress
from app.staff.directory import by_alias
from tests.browsers import Browser
from tests.console.office import PASSPHRASE, PUBLIC_URL, Office, send, take

OTHER = "grå sälar på gles is"
HERE = "/console/account"


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to this address."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    assert form, f"no form to {action}"
    return {name: html.unescape(text) for name, text in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}


def signed_in(office: Office, passphrase: str = PASSPHRASE):
    browser = office.browser()
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": passphrase})
    return browser


def with_an_app(office: Office, browser) -> tuple[pyotp.TOTP, list[str]]:
    """Add an app; what shows its codes, and the ten codes for paper."""
    assert send(browser, f"{HERE}/app").headers["location"] == f"{HERE}/app"
    page = browser.get(f"{HERE}/app").text
    shows = pyotp.TOTP(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    assert send(browser, f"{HERE}/app/code", code="000000").status_code == 422
    done = send(browser, f"{HERE}/app/code", code=shows.at(office.now))
    return shows, re.findall(r"<code>([0-9a-z-]{29})</code>", done.text)


def test_a_passphrase_then_a_code_and_on_paper_ten_for_when_it_is_lost(enrolled: Office):
    shows, codes = with_an_app(enrolled, signed_in(enrolled))
    assert len(codes) == 10
    enrolled.later(minutes=1)

    browser = enrolled.browser()
    page = browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE, "next": "/console/roster"})
    assert "Ett steg till" in page.text
    assert browser.get("/console/").status_code == 303, "half way in is not in"
    step = fields(page.text, "/console/sign-in/second")
    wrong = browser.post("/console/sign-in/second", data=step | {"code": "000000"})
    assert wrong.status_code == 401
    code = shows.at(enrolled.now)
    assert browser.post("/console/sign-in/second", data=step | {"code": code}).headers["location"] == "/console/roster"
    assert browser.get("/console/").status_code == 200

    replayed = enrolled.browser()
    replayed.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    assert replayed.post("/console/sign-in/second", data={"code": code}).status_code == 401
    assert replayed.post("/console/sign-in/second", data={"code": codes[3]}).status_code == 303
    kept = {
        entry["action"]
        for name in ("staff.factor_added", "staff.codes_made", "staff.code_used")
        for entry in enrolled.log(name)
    }
    assert kept == {"staff.factor_added", "staff.codes_made", "staff.code_used"}


def test_whoever_needs_a_second_factor_gets_nowhere_before_it_is_set_up(enrolled: Office):
    face = create_console(
        enrolled.db, enrolled.clock, enrolled.keyring, public_url=PUBLIC_URL, second_factor_is_required=True
    )
    browser = Browser(face, base_url=PUBLIC_URL, follow_redirects=False)
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    for path in ("/console/", "/console/roster", "/console/cases/K7Q2", "/console/passphrase"):
        assert browser.get(path).headers["location"] == HERE
    assert "andra steg innan du kommer vidare" in browser.get(HERE).text
    with_an_app(enrolled, browser)
    assert browser.get("/console/").status_code == 200
    assert "sista andra steg" in send(browser, f"{HERE}/app/removal").text


def test_a_grave_deed_asks_in_passing_who_it_is_and_loses_nothing(enrolled: Office):
    browser = signed_in(enrolled)
    enrolled.later(minutes=6)
    asked = send(browser, f"{HERE}/duress", other=OTHER)
    assert asked.status_code == 403
    form = fields(asked.text, f"{HERE}/duress")
    assert form["other"] == OTHER
    assert browser.post(f"{HERE}/duress", data=form | {"proof": "fel fel fel fel"}).status_code == 403
    assert "Ingen vald" in browser.get(HERE).text
    assert browser.post(f"{HERE}/duress", data=form | {"proof": PASSPHRASE}).status_code == 303
    assert "Ingen vald" not in browser.get(HERE).text
    assert send(browser, f"{HERE}/duress/removal").status_code == 303, "for five minutes nobody asks again"


@pytest.mark.parametrize(
    ("typed", "why"), [(PASSPHRASE, "den lösenfras du har"), ("password12345", "lösenord som många har")]
)
def test_the_other_passphrase_is_a_good_one_and_another_one(enrolled: Office, typed: str, why: str):
    assert why in send(signed_in(enrolled), f"{HERE}/duress", other=typed).text


def test_one_sees_where_one_is_signed_in_and_ends_it(enrolled: Office):
    here, there, third = signed_in(enrolled), signed_in(enrolled), signed_in(enrolled)
    bo = enrolled.browser("bo")
    page = here.get(HERE).text
    assert page.count("Började") == 4  # with the one from the link
    ends = re.findall(rf'action="({HERE}/sessions/[0-9a-f]+/end)"', page)
    before = sum(browser.get("/console/").status_code == 200 for browser in (there, third))
    send(here, ends[0])
    assert sum(browser.get("/console/").status_code == 200 for browser in (there, third)) in (before, before - 1)
    send(bo, ends[1])
    send(here, f"{HERE}/sessions/others/end")
    assert [browser.get("/console/").status_code for browser in (here, there, third, bo)] == [200, 303, 303, 200]


def test_a_session_says_how_long_it_lasts_and_lasts_longer_when_asked_to(enrolled: Office):
    browser = signed_in(enrolled)
    csrf = browser.word
    enrolled.later(minutes=28)
    assert browser.get(f"{HERE}/left").text == "120"
    enrolled.later(seconds=30)
    assert browser.get(f"{HERE}/left").text == "90", "asking keeps nobody signed in"
    assert browser.post(f"{HERE}/stay", data={"csrf": csrf}).text == "1800"


def test_a_letter_typed_while_the_session_ran_out_is_sent_after_signing_in(enrolled: Office):
    received = enrolled.approach()
    browser = signed_in(enrolled)
    take(browser, received.reference)
    to, words = f"/console/cases/{received.reference}/letters", "Hej, jag ringer dig <i>klockan</i> åtta."
    letter = {"csrf": browser.word, "words": words}
    enrolled.later(minutes=31)
    lost = browser.post(to, data=letter)
    assert lost.status_code == 401
    assert "Det du skrev finns kvar" in lost.text
    carried = fields(lost.text, "/console/sign-in")
    assert words in carried.values()
    assert "csrf" not in carried

    someone_else = enrolled.browser()
    theirs = someone_else.post("/console/sign-in", data=carried | {"alias": "anna", "passphrase": PASSPHRASE})
    assert theirs.status_code == 303, "another browser, where it was not typed, is shown nothing of it"
    again = browser.post("/console/sign-in", data=carried | {"alias": "anna", "passphrase": PASSPHRASE})
    assert "Du är inne igen" in again.text
    assert "<i>klockan" not in again.text
    form = fields(again.text, to)
    assert form["words"] == words
    assert browser.post(to, data=form).status_code != 401
    assert browser.post(to, data={"csrf": "guessed", "words": words}).status_code == 403


def test_a_form_that_was_never_ours_is_not_taken_along(enrolled: Office):
    browser = signed_in(enrolled)
    enrolled.later(minutes=31)
    answer = browser.post("/console/cases/K7Q2/letters", data={"csrf": "guessed", "words": "klicka på den här länken"})
    assert answer.status_code == 401
    assert "länken" not in answer.text


def under_duress(office: Office, received):
    with office.db.transaction() as session:
        phc = duress.derived(session, by_alias(session, "anna").id, OTHER)
        duress.choose(session, by_alias(session, "anna"), phc, at=office.now)
    return signed_in(office, OTHER)


def test_under_duress_nothing_waits_no_address_leads_to_a_case_and_colleagues_are_told(enrolled: Office):
    received = enrolled.approach()
    take(signed_in(enrolled), received.reference)
    browser = under_duress(enrolled, received)
    board = browser.get("/console/")
    assert (board.status_code, "Inget väntar" in board.text) == (200, True)
    assert 'class="alarm"' not in board.text
    for path in (f"/console/cases/{received.reference}", "/console/cases/ZZZZ"):
        assert browser.get(path).status_code == 404
    for deed in ("hold", "reveal", "letters", "closure"):
        assert send(browser, f"/console/cases/{received.reference}/{deed}", because="first_contact").status_code == 404
    assert browser.get("/console/roster").status_code == 200
    assert "Ingen vald" in browser.get(HERE).text
    assert send(browser, f"{HERE}/duress", other="en annan fras igen nu").status_code == 303

    assert duress_news.sound(enrolled.db, at=enrolled.now) == 1
    assert duress_news.sound(enrolled.db, at=enrolled.now) == 0
    with enrolled.db.reading() as session:
        rows = session.query(Notification).filter(Notification.wording == "alarm.duress").all()
        told = {session.get(by_alias(session, "carin").__class__, row.person_id).alias for row in rows}
    assert told == {"carin", "dag"}
    assert "anna loggade in under hot" in enrolled.browser("carin").get("/console/").text
    assert "under hot" not in enrolled.browser("bo").get("/console/").text
    assert len(enrolled.log("case.revealed")) == 0
    assert [entry["actor"] for entry in enrolled.log("staff.duress")] == ["engine"]

    changed = send(browser, "/console/passphrase", old=OTHER, new="sju svanar över sundet")
    assert changed.status_code == 303, "it looks done"
    assert signed_in(enrolled).get("/console/").status_code == 200, "and is not"
    send(browser, "/console/sign-out")
    assert browser.get("/console/").status_code == 303


def test_a_proof_under_duress_turns_the_whole_session_into_the_harmless_view(enrolled: Office):
    received = enrolled.approach()
    under_duress(enrolled, received)
    browser = signed_in(enrolled)
    assert browser.get(f"/console/cases/{received.reference}").status_code == 200
    enrolled.later(minutes=6)
    form = fields(send(browser, f"{HERE}/codes").text, f"{HERE}/codes")
    assert browser.post(f"{HERE}/codes", data=form | {"proof": OTHER}).status_code in (303, 422)
    assert browser.get(f"/console/cases/{received.reference}").status_code == 404
    assert duress_news.sound(enrolled.db, at=enrolled.now) == 2
