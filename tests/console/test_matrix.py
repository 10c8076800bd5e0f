"""Who may do what to which case: every door that has a case in its address, every role, and four kinds of case.

The doors are taken from the routes, so that a new one has to be written down here before the suite is green again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import event, select
from starlette.testclient import TestClient

from app.cases.models import Case
from app.db import Database
from app.escalation import replies
from app.programme.apply import apply, read
from app.staff.directory import by_alias
from app.staff.roles import Role
from tests import people
from tests.console.office import Office
from tests.console.test_doors import doors

CASE_WORK: Final = ("fatima", "carin", "dag")
"""A handler, a coordinator who handles as well, a manager."""

CASE: Final = "/console/cases/{reference}"
REFUSED: Final = (403, 404)
A_FEW: Final = 12

ELSE: Final = ("eva", "gun", "stina", "hodan")
"""An auditor, an administrator, a statistician and an interpreter. No case is theirs, and each answers alike: 403."""

EVERYBODY: Final = f"""{people.WITH_AN_INTERPRETER}
[[staff]]
alias = "stina"
roles = ["statistician"]
languages = ["sv"]
"""

OVERSEERS: Final = frozenset({"carin", "dag"})
OF_A_COLLEAGUE: Final = {
    "GET ": OVERSEERS,
    "GET /bridge": OVERSEERS,
    "GET /dossier": OVERSEERS,
    "POST /exclusions": OVERSEERS,
    "POST /preferences": OVERSEERS,
    "POST /links": OVERSEERS,
    "GET /meetings": OVERSEERS,
    "POST /collisions": frozenset({"carin"}),
    "POST /co-handlers": frozenset({"carin"}),
}
"""Behind which doors of a case that a colleague has somebody gets nevertheless, and who. None of them reads what is
secret. Behind all others, of a case they are excluded from, and of one that there is not: nobody, and 404."""

WANTS_MORE: Final = {
    "POST /breach": "a broken promise",
    "POST /permissions": "somebody who was just spoken with",
    "POST /disclosures/{disclosure_id}/reading": "a disclosure",
    "POST /disclosures/{disclosure_id}/second": "a disclosure",
    "POST /disclosures/{disclosure_id}/paper": "a disclosure",
    "POST /handovers/{package_id}/file": "a package",
    "POST /arrivals/{package_id}/reading": "a package",
    "POST /arrivals/{package_id}/answer": "a package",
    "POST /collisions/overrides/{override_id}/second": "somebody who asked for a second",
    "POST /meetings/{meeting_id}/check-in": "a meeting",
    "POST /co-handlers/{co_handling_id}/end": "a co-handler",
    "POST /concerns/{report_id}": "a report",
    "POST /handing": "a house that takes it over",
    "POST /received": "a case that was handed over",
    "POST /own-data/{extract_id}/paper": "an extract that was let go",
    "POST /own-data/{extract_id}/given": "an extract that was let go",
}
"""Doors that are shut even to whoever has the case as long as there is not what they are about."""


@pytest.fixture(scope="module")
def office(furnished: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copyfile(furnished, folder / "dygnet.db")
    database = Database(f"sqlite:///{folder}/dygnet.db")
    office, file = Office(database, keys), folder / "everybody.toml"
    file.write_text(EVERYBODY)
    with database.transaction() as session:
        apply(session, read(file), at=office.now, by="operator", duty=office.keyring.public("duty"))
    yield office
    database.close()


class Knocking:
    """Somebody who tries every door with a case of each kind."""

    def __init__(self, office: Office, alias: str) -> None:
        self.office, self.alias = office, alias
        self.browser: TestClient = office.browser(alias)
        self.csrf = self.browser.word
        self.own = ""

    def knock(self, method: str, path: str, reference: str) -> tuple[int, str]:
        address = re.sub(r"{\w+}", "0" * 32, path.replace("{reference}", reference))
        answer = self.browser.request(method, address, data={"csrf": self.csrf} if method == "POST" else None)
        return answer.status_code, answer.text.replace(reference, "")

    def case_of_their_own(self) -> str:
        """One they hold; another when a deed gave the last one away."""
        with self.office.db.transaction() as session:
            found = session.scalar(select(Case).where(Case.reference == self.own))
            person = by_alias(session, self.alias)
            if found and not found.closure and found.hold and found.hold.person_id == person.id:
                return self.own
        self.own = a_case(self.office, held_by=self.alias)
        return self.own


def a_case(office: Office, *, held_by: str = "", excludes: tuple[str, ...] = ()) -> str:
    received = office.approach()
    with office.db.transaction() as session:
        case = session.get_one(Case, received.case_id)
        if held_by:
            replies.take(session, case.id, by=by_alias(session, held_by), via="console", at=office.now)
        for alias in excludes:
            case.exclude(by_alias(session, alias), by=alias, at=office.now)
    return received.reference


def doors_of_a_case(office: Office) -> Iterator[tuple[str, str, str]]:
    """Method and path, and what the door is called in the tables above."""
    for method, path in doors(office.face):
        if path.startswith(CASE):
            yield method, path, f"{method} {path.removeprefix(CASE)}"


def test_there_is_somebody_of_every_role(office: Office):
    with office.db.reading() as session:
        roles = {role for alias in (*CASE_WORK, *ELSE) for role in by_alias(session, alias).roles}
    assert roles == set(Role)


def test_the_tables_name_no_door_that_is_not_there(office: Office):
    there = {name for _, _, name in doors_of_a_case(office)}
    assert len(there) >= 40
    assert OF_A_COLLEAGUE.keys() | WANTS_MORE.keys() <= there


@pytest.mark.parametrize("alias", CASE_WORK)
def test_whoever_works_with_cases_gets_where_the_table_says_and_learns_nothing_elsewhere(office: Office, alias: str):
    visitor, colleagues = Knocking(office, alias), a_case(office, held_by="bo")
    shut = a_case(office, held_by="bo", excludes=(alias,))
    wrong, told_apart = [], []
    for method, path, door in doors_of_a_case(office):
        own, _ = visitor.knock(method, path, visitor.case_of_their_own())
        of_a_colleague = visitor.knock(method, path, colleagues)
        expected = door in WANTS_MORE, alias not in OF_A_COLLEAGUE.get(door, ())
        if (own in REFUSED, of_a_colleague[0] in REFUSED) != expected:
            wrong.append(f"{door}: {own}, {of_a_colleague[0]}")
        closed = {visitor.knock(method, path, reference) for reference in (shut, "ZZZZ")}
        closed |= {of_a_colleague} if of_a_colleague[0] in REFUSED else set()
        told_apart += [door] if [status for status, _ in closed] != [404] else []

    assert not wrong, "\n".join(wrong)
    assert told_apart == [], "not theirs, excluded and unknown are one answer, to the letter"


@pytest.mark.parametrize("alias", ELSE)
def test_whoever_does_not_work_with_cases_gets_nowhere_whatever_the_case(office: Office, alias: str):
    visitor, some = Knocking(office, alias), a_case(office)
    for method, path, door in doors_of_a_case(office):
        answers = {visitor.knock(method, path, reference) for reference in (some, "ZZZZ")}
        assert [status for status, _ in answers] == [403], door


def test_not_theirs_excluded_and_unknown_are_the_same_work(office: Office):
    """As many questions to the database, give or take what a row brings along: no clock tells them apart."""
    visitor, asked = Knocking(office, "fatima"), []
    event.listen(office.db.engine, "before_cursor_execute", lambda *_: asked.append(1))
    work = {}
    kinds = {"colleague's": a_case(office, held_by="bo"), "shut": a_case(office, excludes=("fatima",)), "none": "ZZZZ"}
    for kind, reference in kinds.items():
        asked.clear()
        visitor.knock("GET", f"{CASE}", reference)
        work[kind] = len(asked)
    assert max(work.values()) - min(work.values()) <= A_FEW, work
