"""Promise 13: a case is forgotten on time, by two people, whole; a hold keeps it; what is left names nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.export import export
from app.audit.verify import verify
from app.cases.facts import Content, Grant
from app.cases.models import Case
from app.console.dossier.reading import subject_of
from app.db import Base
from app.retention.shredding import STAYS, belonging
from app.routing import advice
from app.vault.keyring import Keyring
from tests.desk import named
from tests.dossiers import hidden_value
from tests.evidence import everything_kept, log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, PROGRAMME

HERE = "/console/retention"
WORDS = "min lillebror vill hoppa av"
NOT_YET, LATER = timedelta(days=89), timedelta(days=366)


def a_case_that_ended_as_advice(line: Hotline) -> Case:
    line.text_from(A_STRANGER, WORDS)
    line.record_contact("anna")
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        anna = named(session, "anna")
        kept = {"told_of_right": True, "by": anna, "at": line.now, "source": "a form"}
        advice.weigh(session, subject_of(case), advice.Border.ADVICE, **kept)
        case.close(by=anna, at=line.now, outcome="advice", code="advice")
    return line.case()


def press(line: Hotline, alias: str, path: str, **fields: str) -> tuple[int, str]:
    browser = line.sign_in(alias)
    page = browser.get(HERE).text
    answer = browser.post(f"{HERE}/{path}", data={"csrf": hidden_fields(page)["csrf"], **fields})
    return answer.status_code, answer.text


def look(line: Hotline, alias: str) -> str:
    return line.sign_in(alias).get(HERE).text


def the_engine_looks(line: Hotline) -> None:
    assert line.engine
    line.engine.forget()


def test_promise_13_two_people_forget_a_case_whole_and_the_log_still_verifies(hotline: Hotline, tmp_path: Path):
    case = a_case_that_ended_as_advice(hotline)
    hotline.wait_until(hotline.now + NOT_YET)
    the_engine_looks(hotline)
    assert rows_of(hotline, Content) == 2
    hotline.wait_until(hotline.now + timedelta(days=2))
    the_engine_looks(hotline)
    assert rows_of(hotline, Content) == 1  # the number is gone, the words are not
    hotline.wait_until(hotline.now + LATER)

    assert case.reference in look(hotline, "carin")
    assert case.reference not in look(hotline, "gun")
    assert case.pseudonym in look(hotline, "gun")
    status, _ = press(hotline, "carin", "batches", shown="0" * 64)
    assert status == 422
    press(hotline, "carin", "batches", shown=hidden_value(look(hotline, "carin"), "shown"))
    batch = log(hotline.db, "retention.proposed")[0]["facts"]["batch"]
    alone, _ = press(hotline, "carin", f"seconds/{batch}", agreed="yes")
    the_engine_looks(hotline)
    assert (alone, rows_of(hotline, Grant)) == (422, 1)
    press(hotline, "dag", f"seconds/{batch}", agreed="yes")
    key = the_grant(hotline)
    assert key in files_of(hotline)
    the_engine_looks(hotline)
    the_engine_looks(hotline)

    assert key not in files_of(hotline)
    left = rows_about(hotline, case)
    assert left.keys() <= STAYS
    assert left["retention_stones"] == 1
    assert rows_of(hotline, Grant) == 0
    (entry,) = log(hotline.db, "case.forgotten")
    assert (entry["object"], entry["purpose"], entry["actor"]) == (case.pseudonym, "advice", "engine")
    assert (entry["facts"]["first"], entry["facts"]["second"], entry["facts"]["keep"]) == ("carin", "dag", "P365D")
    assert entry["facts"]["rows"] > 5
    dag, anna, bo = hotline.sign_in("dag"), hotline.sign_in("anna"), hotline.sign_in("bo")
    page = f"/console/cases/{case.reference}"
    assert "Ärendet är gallrat" in dag.get(page).text
    assert "Ärendet är gallrat" in anna.get(page).text
    assert bo.get(page).status_code == 404
    assert anna.post(f"{page}/reveal", data={"csrf": csrf(anna), "because": "danger"}).status_code == 404
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    written = export(
        hotline.db, tmp_path / "log", key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="eva"
    )
    assert verify(tmp_path / "log", written.vkey).ok
    hotline.text_from(A_STRANGER, "det är jag igen")
    assert len(hotline.cases()) == 2  # nobody knows any more that it is


@ON_ONE_DATABASE
def test_a_held_case_is_never_forgotten_and_one_person_cannot_lift_a_hold_alone(hotline: Hotline):
    case = a_case_that_ended_as_advice(hotline)
    hotline.apply(PROGRAMME + '[retention.advice]\nkeep = "P30D"\nbegins = "advice"\nautomatic = true\n')
    status, page = press(hotline, "carin", "holds", reference="9999", because="lawsuit")
    assert (status, 'value="9999"' in page) == (422, True)
    assert press(hotline, "carin", "holds", reference=case.reference.lower(), because="lawsuit")[0] == 200
    hotline.wait_until(hotline.now + LATER)
    the_engine_looks(hotline)
    assert rows_of(hotline, Grant) == 1
    hold = hold_id(look(hotline, "dag"))
    assert press(hotline, "carin", f"holds/{hold}", word="agreed")[0] == 422
    assert press(hotline, "dag", f"holds/{hold}", word="agreed")[0] == 200
    assert press(hotline, "dag", f"holds/{hold}", word="lift_asked")[0] == 200
    assert press(hotline, "dag", f"holds/{hold}", word="lift_agreed")[0] == 422
    the_engine_looks(hotline)
    assert rows_of(hotline, Grant) == 1
    assert press(hotline, "carin", f"holds/{hold}", word="lift_agreed")[0] == 200
    the_engine_looks(hotline)
    assert rows_of(hotline, Grant) == 0
    assert [entry["facts"]["batch"] for entry in log(hotline.db, "case.forgotten")] == ["automatic"]
    assert [entry["facts"]["word"] for entry in log(hotline.db, "retention.held")] == [
        *("asked", "agreed", "lift_asked", "lift_agreed")
    ]


@ON_ONE_DATABASE
def test_what_was_handed_over_waits_until_the_house_that_keeps_it_has_received_it(hotline: Hotline):
    hotline.text_from(A_STRANGER, WORDS)
    hotline.wait_until(hotline.now + timedelta(days=4000))
    carin = hotline.sign_in("carin")
    assert "Ingenting kan gallras" in carin.get(HERE).text  # an open case is never on the list
    hotline.record_contact("anna")
    with hotline.db.transaction() as session:
        case = session.get_one(Case, hotline.case().id)
        case.close(by=named(session, "anna"), at=hotline.now, outcome="handed_over", code="handed_over")
    hotline.wait_until(hotline.now + timedelta(days=31))
    carin, anna = hotline.sign_in("carin"), hotline.sign_in("anna")
    page = f"/console/cases/{case.reference}"
    assert "Verksamhetssystemet har inte tagit emot det" in carin.get(HERE).text
    assert "Verksamhetssystemet har inte tagit emot det" in anna.get(page).text
    assert carin.post(f"{page}/handing", data={"csrf": csrf(carin)}).status_code == 404
    document = anna.post(f"{page}/handing", data={"csrf": csrf(anna)}).text
    assert WORDS in document
    assert "26 kap. 1 §" in document
    given = hidden_fields(document.partition('/received"')[2]) | {"recipient": "case_system"}
    assert "Verksamhetssystemet tog emot det" in anna.post(f"{page}/received", data=given).text
    assert case.reference in carin.get(HERE).text.partition('id="ripe"')[2].partition("</section>")[0]
    (printed,), (received,) = log(hotline.db, "case.printed"), log(hotline.db, "case.received")
    assert (printed["actor"], received["purpose"]) == ("anna", "case_system")


def rows_of(line: Hotline, kind: type[Base]) -> int:
    with line.db.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def rows_about(line: Hotline, case: Case) -> dict[str, int]:
    with line.db.reading() as session:
        found = {name: _count(session, name, belongs) for name, belongs in belonging([case.id]).items()}
    return {name: count for name, count in found.items() if count}


def _count(session: Session, name: str, belongs: object) -> int:
    return session.scalar(select(func.count()).select_from(Base.metadata.tables[name]).where(belongs)) or 0


def the_grant(line: Hotline) -> bytes:
    with line.db.reading() as session:
        return session.scalars(select(Grant)).one().box.box[-64:]


def files_of(line: Hotline) -> bytes:
    """The bytes of the database on disk, where we can read them; of a server its rows."""
    if not line.db.is_sqlite:
        return everything_kept(line.db)
    file = Path(str(line.db.engine.url.database))
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def hold_id(page: str) -> str:
    return page.partition(f'action="{HERE}/holds/')[2].partition('"')[0]


def csrf(browser: object) -> str:
    return hidden_fields(browser.get("/console/").text)["csrf"]
