"""What was said in screenings is counted by a coordinator's session; nobody sees an answer, and no row says whose."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.routing import screening
from app.routing.answers import Age, Answers, Asked, Gender, Word
from app.routing.subject import Subject
from app.statistics.models import ToOpen, Unopened
from tests.console.office import Office, send
from tests.console.test_statistics import FEBRUARY, HERE
from tests.desk import named
from tests.statistics.town import DAY, JANUARY, Town

YES = Asked(word=Word.YES)
A_WOMAN = Answers(gender=Gender.WOMAN, age=Age.of(34), violence_exposed=YES, violence_perpetrated=YES, criminality=YES)
WOMEN = 6


def screened(office: Office, answers: Answers) -> None:
    """Somebody asks for help, and Anna fills in the form with them."""
    received = office.approach()
    with office.db.transaction() as session:
        anna, case = named(session, "anna"), session.get_one(Case, received.case_id)
        subject, about = Subject.of(case), {"by": anna, "at": office.now}
        talk = screening.converse(session, subject, source="talk", **about)
        screening.answer(session, subject, talk, answers, source="form", **about)


@pytest.fixture
def january(office: Office) -> Office:
    """In February, after a January in which six women were asked everything, and thirty others nothing."""
    office.clock.at = JANUARY + DAY
    for _ in range(WOMEN):
        screened(office, A_WOMAN)
    with office.db.transaction() as session:
        Town(session).ask(30, JANUARY + 2 * DAY)
    office.clock.at = FEBRUARY
    return office


def left(office: Office) -> tuple[int, int]:
    with office.db.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (ToOpen, Unopened))


def test_a_coordinator_counts_what_is_sealed_and_sees_no_answer(january: Office):
    carin, dag = january.browser("carin"), january.browser("dag")
    send(dag, f"{HERE}/editions")
    waits = dag.get(HERE).text
    assert "Väntar: 2026-01" in waits
    assert "En samordnare räknar dem" in waits
    assert send(dag, f"{HERE}/screenings").status_code == 403

    assert send(carin, f"{HERE}/screenings").status_code == 303

    page = carin.get(HERE).text
    assert "Väntar" not in page
    assert "kvinnor</th>" in page
    assert '<th scope="row">screening påbörjad</th><td class="amount">6</td>' in page
    assert [(each["facts"]["months"], each["facts"]["cases"]) for each in january.log("statistics.opened")] == [(1, 36)]
    assert left(january) == (0, 0), "nothing is left that says whose they were"


def test_the_report_on_equality_says_what_is_told_and_what_cannot_be(january: Office):
    carin = january.browser("carin")
    send(carin, f"{HERE}/editions")
    send(carin, f"{HERE}/screenings")
    page = carin.get(f"{HERE}/equality?period=2026").text
    assert "Jämställdhet 2026" in page
    assert "kvinnor" in page
    told, _, untold = page.partition('id="untold"')
    assert "Kontakt inom sex timmar, efter kön" in untold, (
        "of whom nothing was asked, all are too few but those not begun"
    )
    assert "Kontakt inom sex timmar, efter kön" not in told
