"""What is secret about a case opens for who holds a grant, with a reason, where it was sealed, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.cases import contents
from app.cases.facts import Approach, Grant
from app.cases.models import Case
from app.errors import BadInput
from app.vault.envelope import CannotOpen, PrivateKey, new_key
from app.vault.grants import grant
from app.vault.sealed import Sealed
from tests import desk
from tests.people import A_STRANGER, MONDAY

ROTA = new_key("rota")


@pytest.fixture
def case(session: Session) -> Case:
    return _granted(session, ROTA)


def _granted(session: Session, reader: PrivateKey) -> Case:
    case = desk.opened(session)
    session.add(
        Grant(case_id=case.id, reader=reader.key_id, box=Sealed(grant(desk.CASE_KEY, reader.public, case=case.id)))
    )
    session.flush()
    return case


def _kept(session: Session, case: Case, text: str) -> contents.Content:
    approach = Approach(case_id=case.id, at=MONDAY, channel="phone", source=f"CA{case.id}", language="sv")
    session.add(approach)
    session.flush()
    return contents.keep(session, case, approach, kind="caller_number", text=text, at=MONDAY)


def test_what_was_kept_opens_for_a_reader_with_a_grant(session: Session, case: Case) -> None:
    _kept(session, case, A_STRANGER)
    (secret,) = contents.opened(session, case, ROTA)

    assert (secret.kind, secret.at, secret.channel, secret.text) == ("caller_number", MONDAY, "phone", A_STRANGER)


def test_an_opened_secret_shows_nothing_of_itself(session: Session, case: Case) -> None:
    content = _kept(session, case, A_STRANGER)
    (secret,) = contents.opened(session, case, ROTA)

    assert A_STRANGER not in repr(secret)
    assert repr(content.box) == "<sealed>"


def test_a_box_moved_to_another_row_does_not_open(session: Session, case: Case) -> None:
    content = _kept(session, case, A_STRANGER)
    other = _kept(session, _granted(session, ROTA), "someone else")
    other.box = content.box
    session.flush()

    with pytest.raises(CannotOpen):
        contents.opened(session, session.get_one(Case, other.case_id), ROTA)


def test_what_joined_cases_hold_is_read_together(session: Session, case: Case) -> None:
    newer = _granted(session, ROTA)
    _kept(session, case, "first")
    _kept(session, newer, "second")
    newer.join_into(case, by="caller", at=MONDAY)
    session.flush()

    assert {secret.text for secret in contents.opened(session, case, ROTA)} == {"first", "second"}


@pytest.mark.parametrize("because", ["", "curious", "first_contact "])
def test_without_a_reason_from_the_list_nothing_is_noted_and_nothing_opened(
    session: Session, case: Case, because: str
) -> None:
    with pytest.raises(BadInput):
        contents.reveal(case, by=desk.named(session, "anna"), because=because, at=MONDAY)


@pytest.mark.parametrize("because", contents.REVEAL_REASONS)
def test_who_read_and_why_stands_in_the_log(session: Session, case: Case, because: str) -> None:
    contents.reveal(case, by=desk.named(session, "anna"), because=because, at=MONDAY)
    session.flush()
    last = desk.entries(session)[-1]

    assert (last["actor"], last["action"], last["purpose"]) == ("anna", "case.revealed", because)
    assert last["object"] == case.pseudonym


def test_nothing_outside_this_room_and_the_reveal_opens_what_a_person_said() -> None:
    openers = {
        str(path)
        for path in Path("app").rglob("*.py")
        if "contents.opened(" in path.read_text("utf-8") or "open_grant(" in path.read_text("utf-8")
    }

    letters = "app/cases/letters.py"  # the person's own key opens these too, with their receipt
    handing = "app/console/handing.py"  # for the case system, before it is forgotten here
    assert openers <= {"app/cases/contents.py", letters, "app/console/reveal.py", handing, "app/vault/grants.py"}
