"""One's own turns in one's own calendar: no names, an address that is a secret, a month with its gaps in red."""

from __future__ import annotations

import re

import pytest
from icalendar import Calendar
from sqlalchemy import text

from tests.console.office import Office, send

CALENDAR = "/console/calendar"
NAMES = ("anna", "bo", "carin", "fatima", "linjen", "vändpunkten", "dygnet", "example.org")


def address(page: str) -> str:
    found = re.search(r"https://linjen\.example\.org(/console/calendar/[\w-]{43}\.ics)", page)
    assert found, page
    return found[1]


def test_a_calendar_fetches_turns_that_say_when_and_nothing_else(office: Office, anna):
    assert "Du har ingen adress än" in anna.get(CALENDAR).text
    here = address(send(anna, CALENDAR).text)
    assert here not in anna.get(CALENDAR).text, "it is shown once"

    fetched = office.browser().get(here)
    assert fetched.headers["content-type"].startswith("text/calendar")
    assert not [name for name in NAMES if name in fetched.text.lower()]
    events = list(Calendar.from_ical(fetched.content).walk("VEVENT"))
    assert {str(event["summary"]) for event in events} == {"Jour"}
    first = min(events, key=lambda event: event.start)
    assert (first.start.isoformat(), first.end.isoformat()) == (
        "2026-01-05T07:00:00+00:00",
        "2026-01-12T07:00:00+00:00",
    )
    assert len({event["uid"] for event in events}) == len(events) >= 6
    with office.db.reading() as session:
        kept = session.execute(text("SELECT digest FROM oncall_feeds")).scalar_one()
    assert here.removeprefix(f"{CALENDAR}/").removesuffix(".ics").encode() not in bytes(kept)


def test_an_address_that_ended_was_changed_or_never_was_is_answered_alike(office: Office, anna):
    stranger = office.browser()
    first = address(send(anna, CALENDAR).text)
    second = address(send(anna, CALENDAR).text)
    assert stranger.get(second).status_code == 200
    send(anna, f"{CALENDAR}/end")
    answers = [
        stranger.get(each) for each in (first, second, f"{CALENDAR}/{'A' * 43}.ics", f"{CALENDAR}/{'x' * 999}.ics")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert [len(office.log(f"roster.feed_{what}")) for what in ("given", "ended")] == [2, 2]
    assert [office.browser(alias).get(CALENDAR).status_code for alias in ("eva", "gun")] == [403, 403]


def test_a_month_is_read_day_by_day_and_says_what_to_do_about_a_gap(office: Office, anna):
    page = anna.get("/console/roster/month?of=2026-02").text
    assert page.count('<li class="day') == 28
    assert "Ingen timme saknar" in page
    assert page.count("00:00–08:00") >= 4, "the turn changes hands on Monday morning"
    before_it_began = anna.get("/console/roster/month?of=2025-12").text
    assert before_it_began.count('class="nobody"') == 62
    assert "day short" not in before_it_began
    assert "Låt någon stå in" not in before_it_began, "what has passed cannot be mended"


@pytest.mark.parametrize("of", ["", "2026-13", "1999-01", "x' OR 1", "2026-02-01"])
def test_what_is_no_month_is_this_month(office: Office, of: str):
    page = office.browser("gun").get("/console/roster/month", params={"of": of}).text
    assert "Januari 2026" in page


def test_a_gap_leads_a_coordinator_to_the_form_that_mends_it(office: Office, anna):
    send(office.browser("bo"), "/console/roster/leaves", starts="2026-01-08T08:00", ends="2026-01-08T20:00")
    link = re.search(
        r'href="(/console/roster\?tier=backup[^"]+)"', office.browser("carin").get("/console/roster/month").text
    )
    assert link
    form = office.browser("carin").get(link[1].replace("&amp;", "&")).text
    assert 'value="2026-01-08T08:00"' in form.partition("override-starts")[2][:120]
    assert "Säg till samordnaren" in anna.get("/console/roster/month").text
