"""What a busy day has besides: a case of long ago is forgotten, another is held, one is handed over whole, an incident
is written down, and the police ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.cases.models import Case
from tests.desk import named, opened
from tests.dossiers import hidden_value
from tests.hotline import Hotline, hidden_fields

RETENTION, DEMANDS = "/console/retention", "/console/demands"
LONG_AGO = timedelta(days=400)
SOMEBODY = "+46701740691"

Do = Callable[..., str]


def something_is_forgotten(line: Hotline, do: Do, pages: dict[str, str]) -> None:
    with line.db.transaction() as session:
        anna, silent = named(session, "anna"), opened(session, at=line.now - LONG_AGO)
        held = opened(session, at=line.now - LONG_AGO)
        for case in (silent, held):
            case.close(by=anna, at=line.now - LONG_AGO, outcome="closed", code="silent_call")
    carin, dag = line.sign_in("carin"), line.sign_in("dag")
    do(carin, RETENTION, "holds", reference=held.reference, because="supervision")
    hold = _after(dag.get(RETENTION).text, f"{RETENTION}/holds/")
    do(dag, RETENTION, f"holds/{hold}", word="agreed")
    pages["forgetting"] = carin.get(RETENTION).text
    do(carin, RETENTION, "batches", shown=hidden_value(pages["forgetting"], "shown"))
    batch = _after(dag.get(RETENTION).text, f"{RETENTION}/seconds/")
    do(dag, RETENTION, f"seconds/{batch}", agreed="yes")
    assert line.engine
    line.engine.forget()


def a_case_is_handed_over_whole(line: Hotline, do: Do) -> None:
    before = {case.id for case in line.cases()}
    line.text_from(SOMEBODY, "tack för hjälpen")
    (new,) = {case.id for case in line.cases()} - before
    with line.db.transaction() as session:
        anna = named(session, "anna")
        case = session.get_one(Case, new)
        case.record_attempt(by=anna, at=line.now, channel="call", outcome="reached")
        case.close(by=anna, at=line.now, outcome="handed_over", code="handed_over")
    browser, at = line.sign_in("anna"), f"/console/cases/{case.reference}"
    document = do(browser, at, "handing")
    given = hidden_fields(document.partition('/received"')[2])
    do(browser, at, "received", digest=given["digest"], recipient="case_system")


def the_law_wants_something(line: Hotline, do: Do, pages: dict[str, str]) -> None:
    carin, dag = line.sign_in("carin"), line.sign_in("dag")
    today = f"{line.now - timedelta(hours=3):%Y-%m-%dT%H:%M}"
    do(carin, DEMANDS, "incidents", kind="outage", known_at=today)
    do(carin, DEMANDS, "requests", kind="contact_details", asked_by="police", received_at=today)
    pages["demands"] = dag.get(DEMANDS).text
    incident = _after(pages["demands"], f"{DEMANDS}/incidents/")
    request = _after(pages["demands"], f"{DEMANDS}/requests/")
    do(dag, DEMANDS, f"incidents/{incident}", word="early_notice")
    do(carin, DEMANDS, f"requests/{request}", found="special_reasons")
    do(dag, DEMANDS, f"requests/{request}", decided="refused")


def _after(page: str, address: str) -> str:
    """The rest of the first such address on a page."""
    return page.partition(f'action="{address}')[2].partition('"')[0]
