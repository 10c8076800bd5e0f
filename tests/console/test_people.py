"""Colleagues and their ways in: an administrator gives a link, two take away what was lost, one cuts off a leaver."""

from __future__ import annotations

import html
import re

import pytest

from app.check import barred
from app.escalation import engine, guess_news
from app.notifications.models import Notification
from app.notifications.proven import tag_of
from app.programme.apply import apply, current, read
from app.staff import cut_offs, guesses
from app.staff.directory import by_alias
from app.staff.models import Person
from app.staff.probes import Probe, Proof
from tests import people as cast
from tests.console.office import PASSPHRASE, Office, send
from tests.console.test_account import signed_in, with_an_app

HERE = "/console/people"
ANOTHER = "sju svanar över sundet"


def card(page: str, alias: str) -> str:
    """What the page says of one colleague."""
    found = page.partition(f'<section class="card" id="{alias}"')[2].partition("</section>")[0]
    assert found, f"{alias} is not on the page"
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", found))


def link_on(page: str) -> str:
    found = re.search(r"<code>https?://[^/]+(/console/enrol/[\w-]+)</code>", page)
    assert found, page
    return found[1]


def told(office: Office, wording: str) -> dict[str, list[str]]:
    """Who was written to, and by which channels."""
    with office.db.reading() as session:
        found: dict[str, list[str]] = {}
        for row in session.query(Notification).filter(Notification.wording == wording):
            found.setdefault(session.get_one(Person, row.person_id).alias, []).append(row.channel)
    return {alias: sorted(channels) for alias, channels in found.items()}


def reset_waiting(browser) -> str:
    found = re.search(r'action="(/console/people/resets/\w+/answer)"', browser.get(HERE).text)
    assert found
    return found[1]


def test_the_page_says_of_everybody_what_is_next_and_shows_no_number(enrolled: Office):
    page = enrolled.browser("gun").get(HERE).text
    assert "handläggare" in card(page, "anna")
    assert "Har inget andra steg" in card(page, "anna")
    assert "Har inte valt lösenfras än" in card(page, "bo")
    assert "programfilen" in page
    assert cast.ANNA not in page
    with_an_app(enrolled, signed_in(enrolled))
    enrolled.later(minutes=1)
    said = card(enrolled.browser("carin").get(HERE).text, "anna")
    assert "app för koder · reservkoder kvar: 10" in said
    assert "sms: inte bekräftad" in said
    assert "öppna inloggningar: 2" in said
    assert [entry["actor"] for entry in enrolled.log("staff.listed")] == ["gun", "carin"]


@pytest.mark.parametrize("alias", ["anna", "eva"])
def test_whoever_neither_administers_nor_oversees_does_not_see_it(office: Office, alias: str):
    assert office.browser(alias).get(HERE).status_code == 403


def test_an_administrators_link_lets_a_new_colleague_in_once_and_the_colleague_is_told(office: Office):
    gun = office.browser("gun")
    shown = send(gun, f"{HERE}/bo/link")
    assert shown.status_code == 200
    link = link_on(shown.text)
    assert link not in gun.get(HERE).text, "it is shown once"
    assert office.browser().post(link, data={"passphrase": PASSPHRASE}).status_code == 303
    assert office.browser().post(link, data={"passphrase": ANOTHER}).status_code == 404
    assert told(office, "alarm.linked") == {"bo": ["sms"]}
    assert [entry["actor"] for entry in office.log("staff.linked")] == ["gun"]


def test_a_link_alone_opens_nobodys_door_who_has_no_second_step(enrolled: Office):
    refused = send(enrolled.browser("gun"), f"{HERE}/anna/link")
    assert refused.status_code == 422
    assert "skulle släppa in vem som helst" in refused.text
    with_an_app(enrolled, signed_in(enrolled))
    link = link_on(send(enrolled.browser("gun"), f"{HERE}/anna/link").text)
    asked = enrolled.browser().post(link, data={"passphrase": ANOTHER})
    assert "Ett steg till" in asked.text


@pytest.mark.parametrize("deed", ["link", "sessions/end", "cut-off", "reset"])
def test_nobody_does_it_to_themselves_and_unknown_is_answered_alike(office: Office, deed: str):
    gun = office.browser("gun")
    answers = [send(gun, f"{HERE}/{alias}/{deed}", because="left") for alias in ("gun", "zelda")]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("Ingenting är gjort: ingen heter så här" in answer.text for answer in answers)


@pytest.mark.parametrize("deed", ["link", "cut-off"])
def test_a_coordinator_gives_no_link_and_cuts_nobody_off(office: Office, deed: str):
    assert send(office.browser("carin"), f"{HERE}/bo/{deed}", because="left").status_code == 403


def test_what_is_grave_wants_a_fresh_proof(office: Office):
    gun = office.browser("gun")
    office.later(minutes=6)
    assert "Visa att det är du" in send(gun, f"{HERE}/bo/link").text


def test_a_lost_telephone_in_the_night_is_signed_out_by_one(enrolled: Office):
    anna = signed_in(enrolled)
    assert send(enrolled.browser("carin"), f"{HERE}/anna/sessions/end").status_code == 303
    assert anna.get("/console/").status_code == 303
    assert signed_in(enrolled).get("/console/").status_code == 200, "the ways in stay"
    assert told(enrolled, "alarm.put_out") == {"anna": ["sms"]}
    assert [entry["actor"] for entry in enrolled.log("staff.put_out")] == ["carin"]


def test_what_somebody_asked_for_or_gave_who_was_cut_off_since_lets_nobody_in(enrolled: Office):
    gun = enrolled.browser("gun")
    send(gun, f"{HERE}/anna/reset", because="lost")
    link = link_on(send(gun, f"{HERE}/bo/link").text)
    dag = enrolled.browser("dag")
    waits = reset_waiting(dag)
    with enrolled.db.transaction() as session:
        cut_offs.cut_off(session, by_alias(session, "gun"), by="carin", because="doubt", at=enrolled.now)
    assert waits not in dag.get(HERE).text
    assert "väntar inget" in send(dag, waits, answer="yes").text
    assert enrolled.log("staff.reset_agreed") == []
    assert enrolled.browser().post(link, data={"passphrase": PASSPHRASE}).status_code == 404


def test_two_take_away_what_was_lost_and_the_new_link_asks_for_none_of_it(enrolled: Office):
    anna = signed_in(enrolled)
    with_an_app(enrolled, anna)
    prove(enrolled, "anna", "email", "sms")
    gun, dag = enrolled.browser("gun"), enrolled.browser("dag")
    assert "välj varför" in send(gun, f"{HERE}/anna/reset").text
    assert send(gun, f"{HERE}/anna/reset", because="lost").status_code == 303
    assert "redan bett" in send(dag, f"{HERE}/anna/reset", because="lost").text
    assert anna.get("/console/").status_code == 200, "nothing is gone before another said yes"
    assert told(enrolled, "alarm.reset_second") == {"carin": ["sms"], "dag": ["sms"]}

    waits = reset_waiting(dag)
    assert "väntar inget" in send(gun, waits, answer="yes").text, "not by whoever asked"
    link = link_on(send(dag, waits, answer="yes").text)
    assert "väntar inget" in send(enrolled.browser("carin"), waits, answer="yes").text
    assert anna.get("/console/").status_code == 303
    assert signed_in(enrolled).get("/console/").status_code == 303, "the passphrase may be lost with the rest"
    fresh = enrolled.browser()
    assert fresh.post(link, data={"passphrase": ANOTHER}).status_code == 303
    assert fresh.get("/console/").status_code == 200
    assert told(enrolled, "alarm.reset_asked") == told(enrolled, "alarm.reset_done") == {"anna": ["sms"]}
    (entry,) = enrolled.log("staff.reset_agreed")
    assert (entry["actor"], entry["purpose"], entry["facts"]["asked"]) == ("dag", "lost", "gun")


def test_a_no_leaves_everything_as_it_was_and_a_day_later_nobody_says_yes(enrolled: Office):
    dag, gun = enrolled.browser("dag"), enrolled.browser("gun")
    send(gun, f"{HERE}/anna/reset", because="stolen")
    assert send(dag, reset_waiting(dag), answer="no").status_code == 303
    assert signed_in(enrolled).get("/console/").status_code == 200
    send(gun, f"{HERE}/anna/reset", because="stolen")
    waits = reset_waiting(dag)
    enrolled.later(hours=24)
    assert "väntar inget" in send(enrolled.browser("dag"), waits, answer="yes").text


def test_a_leaver_is_out_tonight_and_the_file_does_not_let_them_back(enrolled: Office, tmp_path):
    received = enrolled.approach()
    anna, gun = signed_in(enrolled), enrolled.browser("gun")
    assert "välj varför" in send(gun, f"{HERE}/anna/cut-off").text
    assert send(gun, f"{HERE}/anna/cut-off", because="left").status_code == 303
    assert anna.get("/console/").status_code == 303
    assert signed_in(enrolled).get("/console/").status_code == 303
    page = gun.get(HERE).text
    assert "anna är avstängd, men står kvar i programfilen" in page
    assert "[[staff]], [[rotation]] on-call" in page
    engine.play(enrolled.db, at=enrolled.now)
    assert enrolled.case(received).standing.value == "waiting"
    assert told(enrolled, "alarm.cut_off") == {"carin": ["sms"]}

    bring_in(enrolled, cast.PROGRAMME.replace('repeat = "PT10M"', 'repeat = "PT12M"'), tmp_path)
    assert warnings(enrolled) == ["anna was cut off by gun on 2026-01-05, and the programme file still names them"]
    assert not is_here(enrolled, "anna")
    without = re.sub(r'\[\[staff\]\]\nalias = "anna".*?\n\n', "", cast.PROGRAMME, flags=re.DOTALL)
    bring_in(enrolled, without.replace('"anna", ', ""), tmp_path)
    assert warnings(enrolled) == []
    bring_in(enrolled, cast.PROGRAMME, tmp_path)
    assert is_here(enrolled, "anna"), "named anew is a new beginning"
    assert "Har inte valt lösenfras än" in card(gun.get(HERE).text, "anna")


def test_guessed_codes_are_told_of_once_an_hour_and_lock_nobody_out(enrolled: Office):
    shows, _ = with_an_app(enrolled, signed_in(enrolled))
    prove(enrolled, "anna", "sms")

    def guess(times: int) -> None:
        stranger = enrolled.browser()
        stranger.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
        for _ in range(times):
            assert stranger.post("/console/sign-in/second", data={"code": "000000"}).status_code == 401

    guess(guesses.TOO_MANY - 1)
    assert guess_news.sound(enrolled.db, at=enrolled.now) == 0
    guess(1)
    assert [guess_news.sound(enrolled.db, at=enrolled.now) for _ in range(2)] == [1, 0]
    assert told(enrolled, "alarm.guessed") == {"anna": ["sms"]}
    assert told(enrolled, "alarm.guessing") == {"carin": ["sms"]}
    enrolled.later(minutes=16)
    guess(guesses.TOO_MANY)
    assert guess_news.sound(enrolled.db, at=enrolled.now) == 0, "once an hour"
    assert "gissat koder" in card(enrolled.browser("carin").get(HERE).text, "anna")
    assert [entry["object"] for entry in enrolled.log("staff.guessed")] == ["person:anna"]

    enrolled.later(minutes=50)
    assert guess_news.sound(enrolled.db, at=enrolled.now) == 1
    browser = enrolled.browser()
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    assert browser.post("/console/sign-in/second", data={"code": shows.at(enrolled.now)}).status_code == 303


def prove(office: Office, alias: str, *channels: str) -> None:
    """As if they had typed back the code that was sent there; a channel that they lack stays unproved."""
    with office.db.transaction() as session:
        person = by_alias(session, alias)
        for channel in channels:
            if tag := tag_of(session, person, channel):
                probe = Probe(person_id=person.id, channel=channel, kind="vouched", tag=tag, sent_by=alias)
                probe.sent_at, probe.expires_at, probe.proof = (
                    office.now,
                    office.now,
                    Proof(at=office.now, how="vouched"),
                )
                session.add(probe)


def bring_in(office: Office, programme: str, folder) -> None:
    file = folder / "programme.toml"
    file.write_text(programme)
    with office.db.transaction() as session:
        apply(session, read(file), at=office.now, by="operator", duty=office.keyring.public("duty"))


def warnings(office: Office) -> list[str]:
    with office.db.reading() as session:
        return [finding.what for finding in barred.findings(session, current(session))]


def is_here(office: Office, alias: str) -> bool:
    with office.db.reading() as session:
        return by_alias(session, alias) is not None
