"""Whoever reads what they have no reason to read is noticed at once, and somebody else looks into it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cases.queries import by_reference
from app.control import baits, draw, review, watch
from app.control.words import DUE_WITHIN
from app.vault.keyring import Keyring
from tests import people
from tests.desk import named
from tests.evidence import everything_kept, given_away, log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE

HERE = "/console/control"
SECRET, BAIT = "min lillebror Ismail vill hoppa av", "de sa att jag inte får gå, kan ni höra av er till mig"


def looks(line: Hotline) -> None:
    """The engine's next second: the log grows, and log control looks at what is new."""
    assert line.engine
    assert line.engine.log
    assert line.engine.control
    line.engine.log.sequence()
    line.engine.control.look()
    line.work()


def reveals(line: Hotline, browser: TestClient, reference: str, **fields: str):
    csrf = hidden_fields(browser.get("/console/").text).get("csrf", "")
    asked = {"csrf": csrf, "because": "first_contact", **fields}
    return browser.post(f"/console/cases/{reference}/reveal", data=asked)


def flagged(line: Hotline) -> list[tuple[str, str]]:
    return [(entry["purpose"], entry["object"]) for entry in log(line.db, "log.flagged")]


def texts_to(line: Hotline, alias: str) -> list[str]:
    return [text.body for text in line.phone(alias).inbox]


def plants(browser: TestClient, words: str):
    fields = hidden_fields(browser.get(HERE).text)
    return browser.post(f"{HERE}/baits", data={"csrf": fields["csrf"], "words": words})


def test_a_bait_looks_like_any_case_until_somebody_opens_it_and_then_those_who_oversee_know(hotline: Hotline):
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    carin, dag, eva = (hotline.sign_in(alias) for alias in ("carin", "dag", "eva"))
    assert "Skriv vad sms:et säger" in plants(carin, "  ").text
    plants(carin, BAIT)
    assert "Lockbeten just nu: 1" in dag.get(HERE).text
    real, bait = hotline.cases()
    looks(hotline)

    assert not {bait.pseudonym, bait.reference} & set(re.findall(r"\w+", carin.get(HERE).text))
    assert BAIT.encode() not in everything_kept(hotline.db)
    told = [entry["action"] for entry in log(hotline.db) if entry["object"] == bait.pseudonym]
    assert told[:2] == ["case.opened", "approach.received"]
    assert told[-1] == "contact.first", "its story is one that any case could have"
    assert hotline.phone("anna").inbox[-1].body.find(bait.reference) == -1, "nobody is paged about it"

    assert BAIT in reveals(hotline, carin, bait.reference).text
    looks(hotline)
    assert flagged(hotline) == [("bait", bait.pseudonym)]
    assert any("En läsning behöver ses över" in body for body in texts_to(hotline, "dag"))
    assert not any("En läsning" in body for body in texts_to(hotline, "carin")), "never whoever read"
    assert "Ett lockbete öppnades" in dag.get(HERE).text
    assert "Ett lockbete öppnades" not in carin.get(HERE).text

    page = eva.get(HERE).text
    assert bait.pseudonym in page
    assert bait.reference not in page
    leaf = re.findall(r"reviews/(\d+)", page)[0]
    fields = hidden_fields(page) | {"finding": "no_reason", "step": "none"}
    again = eva.post(f"{HERE}/reviews/{leaf}", data=fields)
    assert "Fanns inget skäl måste något följa" in again.text
    assert 'value="no_reason" required checked' in again.text, "what was chosen stays chosen"
    eva.post(f"{HERE}/reviews/{leaf}", data=fields | {"step": "manager_told"})
    (entry,) = log(hotline.db, "log.reviewed")
    assert (entry["actor"], entry["object"], entry["purpose"]) == ("eva", bait.pseudonym, "no_reason")
    assert "Inget väntar på granskning" in eva.get(HERE).text
    assert (
        "En kollega har redan granskat"
        in eva.post(f"{HERE}/reviews/{leaf}", data=fields | {"finding": "had_reason"}).text
    )
    assert given_away(hotline) == []
    with hotline.db.reading() as session:
        keys = [b"another key of thirty-two bytes!!", b""]
        assert not baits.is_bait(by_reference(session, bait.reference), keys), "without the key nobody can tell"
        assert (
            baits.count(session, Keyring.load(hotline.settings.keys_dir, private=("index",)).index_keys.values()) == 1
        )
    assert real.pseudonym != bait.pseudonym


@ON_ONE_DATABASE
def test_what_went_on_to_somebody_else_was_kept_from_somebody_or_is_ones_own_number_is_flagged(hotline: Hotline):
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    anna = hotline.sign_in("anna")
    case = hotline.case()
    assert SECRET in reveals(hotline, anna, case.reference).text
    looks(hotline)
    assert flagged(hotline) == [], "whoever has the case has reason to"

    hotline.at_the_desk(anna, "release")
    hotline.timeline.advance(60)
    read_by_some_other_door(hotline, "anna", case.pseudonym)
    read_by_some_other_door(hotline, "bo", case.pseudonym)
    with hotline.db.transaction() as session:
        by_reference(session, case.reference).exclude(named(session, "dag"), by="dag", at=hotline.now)
    read_by_some_other_door(hotline, "dag", case.pseudonym)
    looks(hotline)
    assert [why for why, _ in flagged(hotline)] == ["no_longer_theirs", "not_theirs", "excluded", "not_theirs"]
    assert len([body for body in texts_to(hotline, "carin") if "En läsning" in body]) == 3, "once for each reader"

    hotline.fill_in_form(contact="call", number=people.NUMBERS["bo"], hours="any", message="det är jag")
    own = hotline.cases()[1]
    hotline.text_from("anna", f"1 {own.reference}")
    assert "det är jag" in reveals(hotline, anna, own.reference).text
    looks(hotline)
    assert flagged(hotline)[-1] == ("staff_number", own.pseudonym)
    (noted,) = log(hotline.db, "case.number_known")
    assert noted["facts"] == {}, "whose number it is is kept nowhere"
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_a_sample_of_the_month_waits_for_a_reviewer_who_is_not_the_reader_and_is_late_after_a_month(hotline: Hotline):
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    reveals(hotline, hotline.sign_in("anna"), hotline.case().reference)
    read_by_some_other_door(hotline, "eva", hotline.case().pseudonym)  # the reviewer read as well
    looks(hotline)
    hotline.timeline.advance(timedelta(days=31).total_seconds())
    assert draw.draw(hotline.db, at=hotline.now) == 2
    assert draw.draw(hotline.db, at=hotline.now) == 0, "a month is drawn from once"
    (drawn,) = log(hotline.db, "log.sampled")
    assert (drawn["facts"]["out_of"], drawn["facts"]["drawn"]) == (2, 2)

    eva = hotline.sign_in("eva")
    page = eva.get(HERE).text
    assert "Månadens stickprov" in page
    (leaf,) = re.findall(r"reviews/(\d+)", page)
    assert "dina egna och väntar på en annan granskare: 1" in page
    with hotline.db.reading() as session:
        (mine,) = [one.leaf for one in review.waiting(session, "anna") if one.by == "eva"]
    words = hidden_fields(page) | {"finding": "had_reason", "step": "none"}
    assert eva.post(f"{HERE}/reviews/{mine}", data=words).status_code == 404
    assert eva.post(f"{HERE}/reviews/{leaf}", data=words).status_code == 200
    assert log(hotline.db, "access.refused")[-1]["purpose"] == "review"
    overseen = hotline.sign_in("carin").get(HERE).text
    assert overseen.count('<section class="card"') == 1, "what is unusual; a sample is the reviewer's alone"
    assert "/reviews/" not in overseen
    hotline.timeline.advance(DUE_WITHIN["sampled"].total_seconds())
    with hotline.db.reading() as session:
        assert review.overdue(session, at=hotline.now) == 1
    assert "Försenade granskningar: 1" in hotline.sign_in("eva").get(HERE).text


@ON_ONE_DATABASE
def test_a_log_of_years_that_is_looked_at_for_the_first_time_raises_no_alarms_about_years(hotline: Hotline):
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    read_by_some_other_door(hotline, "bo", hotline.case().pseudonym)
    hotline.timeline.advance((watch.JUDGED_WITHIN + timedelta(hours=1)).total_seconds())
    looks(hotline)
    assert flagged(hotline) == []


@ON_ONE_DATABASE
def test_a_reading_that_the_rules_cannot_judge_waits_for_a_person(hotline: Hotline):
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    read_by_some_other_door(hotline, "bo", hotline.case().pseudonym)
    assert hotline.engine
    assert hotline.engine.log
    hotline.engine.log.sequence()
    no_keys: Any = ["this is no key"]
    assert watch.look(hotline.db, lambda: no_keys, at=hotline.now) == 1
    assert [why for why, _ in flagged(hotline)] == ["unjudged"]


def read_by_some_other_door(line: Hotline, alias: str, pseudonym: str) -> None:
    """A door that log control knows nothing of, and that leaves its entry as every door must."""
    with line.db.transaction() as session:
        case = next(one for one in line.cases() if one.pseudonym == pseudonym)
        case = by_reference(session, case.reference)
        assert case
        case.log("case.glass_broken", by=alias, at=line.now, because="danger")


@pytest.fixture(autouse=True)
def _quiet(hotline: Hotline) -> None:
    """Everything that was in the log before is looked at."""
    looks(hotline)
