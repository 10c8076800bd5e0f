"""Break-glass: the reason first, the entry first, a word to whoever oversees; never for somebody who is excluded."""

from __future__ import annotations

from sqlalchemy import select

from app.cases.queries import by_reference
from app.notifications.models import Notification
from app.staff.directory import by_alias
from tests.console.office import NUMBER, Office, send, take

GLASS = "/console/glass"


def told(office: Office) -> list[tuple[str, str]]:
    with office.db.reading() as session:
        pages = session.scalars(select(Notification).where(Notification.wording == "alarm.glass"))
        return sorted((page.person.alias, page.channel) for page in pages)


def test_somebody_elses_case_opens_once_with_a_reason_and_others_are_told(office: Office):
    reference = office.approach().reference
    take(office.browser("bo"), reference)
    fatima = office.browser("fatima")
    assert fatima.get(f"/console/cases/{reference}").status_code == 404
    assert reference in fatima.get(f"{GLASS}?case={reference}").text

    assert send(fatima, GLASS, reference=reference).status_code == 422
    assert office.log("case.glass_broken") == []
    shown = send(fatima, GLASS, reference=reference.lower(), because="danger")
    assert NUMBER in shown.text
    (entry,) = office.log("case.glass_broken")
    assert (entry["actor"], entry["purpose"]) == ("fatima", "danger")
    assert told(office) == [("carin", "sms"), ("dag", "sms")]

    send(fatima, GLASS, reference=reference, because="danger")
    assert len(office.log("case.glass_broken")) == 2
    assert len(told(office)) == 2, "nobody is woken twice in an hour for the same"
    assert fatima.get(f"/console/cases/{reference}").status_code == 404, "the case is not theirs for that"
    assert office.log("case.taken")[0]["actor"] == "bo"


def test_to_somebody_excluded_it_looks_like_a_case_that_is_not(office: Office):
    reference, over = office.approach().reference, office.approach().reference
    bo, fatima = office.browser("bo"), office.browser("fatima")
    take(bo, reference)
    take(bo, over)
    send(bo, f"/console/cases/{over}/closure", code="withdrew")
    with office.db.transaction() as session:
        case = by_reference(session, reference)
        case.exclude(by_alias(session, "fatima"), by="fatima", at=office.now)

    answers = [send(fatima, GLASS, reference=typed, because="danger") for typed in (reference, "ZZZZ", over, "\0")]
    assert [answer.status_code for answer in answers] == [404] * 4
    plain = {answer.text.replace(reference, "").replace("ZZZZ", "").replace(over, "") for answer in answers[:3]}
    assert len(plain) == 1
    assert office.log("case.glass_broken") == []
    assert told(office) == []
    assert len(office.log("access.refused")) >= 4


def test_who_has_the_case_is_led_to_its_page_and_only_case_work_breaks_glass(office: Office, anna):
    reference = office.approach().reference
    take(anna, reference)
    answer = send(anna, GLASS, reference=reference, because="danger")
    assert answer.headers["location"] == f"/console/cases/{reference}#reveal"
    assert office.log("case.glass_broken") == []
    assert f"{GLASS}?case={reference}" in office.browser("carin").get(f"/console/cases/{reference}").text
    assert [office.browser(alias).get(GLASS).status_code for alias in ("eva", "gun")] == [403, 403]
