"""The coordinator's morning: what a night left undone stands on one page, and goes when it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from markupsafe import escape
from sqlalchemy import select, update

from app.audit import sequencer
from app.audit.note import Checkpoint
from app.cases import queries
from app.notifications import unusable
from app.notifications.models import Notification
from app.staff.directory import by_alias
from tests.console.office import Office, send, take

HERE = "/console/morning"
ORIGIN = "linjen.example.org/log"


def part(page: str, name: str) -> str:
    """One section of the page."""
    return page.split('<section class="', 1)[1].partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


def reached_by(office: Office, alias: str) -> str:
    reference = office.approach().reference
    browser = office.browser(alias)
    take(browser, reference)
    send(browser, f"/console/cases/{reference}/attempts", channel="call", outcome="reached")
    return reference


def test_a_quiet_night_says_of_each_thing_that_there_is_nothing(office: Office):
    page = office.browser("carin").get(HERE).text
    for words in (
        "Varje brutet löfte har en orsak",
        "Varje larm det senaste dygnet fick svar",
        "Allt som skickades det senaste dygnet kom fram",
        "Inget nått ärende har varit tyst i 7 dygn",
    ):
        assert words in page
    assert [entry["facts"] for entry in office.log("case.listed")][-1] == {"what": "morning"}


def test_a_page_without_an_answer_is_told_until_the_one_who_was_paged_takes_the_case(office: Office):
    reference = office.approach().reference
    with office.db.transaction() as session:
        arrived = {"state": "delivered", "accepted_at": office.now, "settled_at": office.now}
        session.execute(update(Notification).values(arrived))
    carin = office.browser("carin")
    assert reference not in part(carin.get(HERE).text, "unanswered"), "it may be answered yet"
    office.clock.at += timedelta(minutes=20)
    asked = part(carin.get(HERE).text, "unanswered")
    assert reference in asked
    assert "anna:" in asked
    assert "ingen har tagit det" in asked
    take(office.browser("bo"), reference)
    assert "ligger hos bo" in part(carin.get(HERE).text, "unanswered")
    send(office.browser("bo"), f"/console/cases/{reference}/release", because="tired")
    take(office.browser("anna"), reference)
    assert reference not in part(carin.get(HERE).text, "unanswered")


def test_a_way_that_lost_a_page_is_told_and_one_that_was_only_not_picked_up_is_not(office: Office):
    office.approach()
    with office.db.transaction() as session:
        anna = by_alias(session, "anna")
        texts = Notification.person_id == anna.id, Notification.channel == "sms"
        lost = {"state": "failed", "settled_at": office.now}
        session.execute(update(Notification).where(*texts).values(trouble="no-answer", **lost))
    carin = office.browser("carin")
    assert "Kom inte fram" not in carin.get(HERE).text
    with office.db.transaction() as session:
        assert session.scalars(select(Notification).where(*texts)).first()
        session.execute(update(Notification).where(*texts).values(trouble="undelivered"))
        unusable.mark(session, by_alias(session, "bo"), "call", code=21211, at=office.now)
    told = part(carin.get(HERE).text, "failing")
    assert "<strong>anna</strong>: sms. Kom inte fram: 1." in told
    assert "<strong>bo</strong>: samtal. Operatören säger" in told


def test_a_case_in_which_nothing_happened_for_a_week_is_told_until_something_does(office: Office):
    reference = reached_by(office, "anna")
    carin = office.browser("carin")
    office.clock.at += timedelta(days=6, hours=23)
    carin = office.browser("carin")
    assert reference not in part(carin.get(HERE).text, "silent")
    office.clock.at += timedelta(hours=2)
    carin = office.browser("carin")
    assert reference in part(carin.get(HERE).text, "silent")
    assert reference in part(carin.get(HERE).text, "undecided")
    send(office.browser("anna"), f"/console/cases/{reference}/attempts", channel="call", outcome="no_answer")
    assert reference not in part(carin.get(HERE).text, "silent")


def test_the_line_of_the_log_for_the_handover_is_that_of_its_latest_signature(office: Office):
    assert 'id="line"' not in office.browser("carin").get(HERE).text, "nothing was signed yet"
    with office.db.transaction() as session:
        sequencer.sequence(session, at=office.now)
        made = sequencer.checkpoint(session, Ed25519PrivateKey.generate(), at=office.now, origin=ORIGIN)
    line = Checkpoint(ORIGIN, made.size, made.root).line
    assert f'<pre tabindex="0">{escape(line)}</pre>' in office.browser("carin").get(HERE).text


def test_where_somebody_was_in_danger_a_day_of_silence_is_told(office: Office):
    reference = reached_by(office, "anna")
    with office.db.transaction() as session:
        queries.by_reference(session, reference).mark_danger(by="anna", at=office.now)
    office.clock.at += timedelta(hours=23)
    assert reference not in part(office.browser("carin").get(HERE).text, "silent")
    office.clock.at += timedelta(hours=2)
    assert reference in part(office.browser("carin").get(HERE).text, "silent")


@pytest.mark.parametrize("name", ["unexplained", "unanswered", "undecided", "silent"])
def test_a_case_that_the_coordinator_is_excluded_from_is_on_no_part_of_the_page(office: Office, name: str):
    overdue, known = office.approach().reference, reached_by(office, "anna")
    office.later(hours=24, minutes=20)
    office.clock.at += timedelta(minutes=20) if name == "unanswered" else timedelta(days=8)
    about = known if name in ("undecided", "silent") else overdue
    assert about in part(office.browser("carin").get(HERE).text, name)
    with office.db.transaction() as session:
        case = queries.by_reference(session, about)
        case.exclude(by_alias(session, "carin"), by="carin", at=office.now)
    assert about not in office.browser("carin").get(HERE).text
