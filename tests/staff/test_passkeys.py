"""A passkey signs what it was asked, once, here, and for its owner."""

from __future__ import annotations

import pytest

from app.staff import passkeys
from app.staff.factor_models import Challenge
from tests.authenticator import Authenticator

HERE = passkeys.Here("https://linjen.example.org")


@pytest.fixture
def key(db, anna, now) -> Authenticator:
    """Anna's."""
    key = Authenticator(HERE.origin)
    with db.transaction() as session:
        asked = passkeys.asked_to_register(session, anna, HERE, at=now)
        assert passkeys.add(session, anna, key.registers(asked), "telefonen", HERE, at=now)
    return key


@pytest.fixture
def asked(db, now):
    def asked(purpose: str = "sign_in", person_id: str | None = None):
        with db.transaction() as session:
            return passkeys.asked_to_sign(session, purpose, person_id, HERE, at=now)

    return asked


@pytest.fixture
def used(db, now):
    def used(answer: str, purpose: str = "sign_in", person_id: str | None = None, at=None, here=HERE):
        with db.transaction() as session:
            return passkeys.used(session, answer, purpose, here, at=at or now, person_id=person_id)

    return used


def test_whose_it_is_follows_from_the_passkey_and_an_answer_counts_once(key, asked, used, anna):
    answer = key.signs(asked())
    assert used(answer).person_id == anna.id
    assert used(answer) is None


def test_an_answer_to_another_question_another_place_or_too_late_is_none(key, asked, used, anna, now):
    assert used(key.signs(asked("prove", anna.id))) is None, "asked for something else"
    assert used(key.signs(asked()), here=passkeys.Here("https://linjen.example.com")) is None
    assert used(key.signs(asked()), at=now + passkeys.ASKED_FOR) is None
    assert used(key.signs(asked("prove", anna.id)), "prove", "somebody-else") is None
    key.origin = "https://linjen.example.org.evil.example.net"
    assert used(key.signs(asked())) is None
    assert used(key.signs({"challenge": "AAAA", "rpId": HERE.host})) is None, "never asked"


def test_a_counter_that_runs_backwards_was_copied(key, asked, used):
    key.counter = 7
    assert used(key.signs(asked()))
    key.counter = 3
    assert used(key.signs(asked())) is None


@pytest.mark.parametrize(
    "answer", ["", "{}", "null", "[]", "nonsense", '{"response": {"clientDataJSON": "e30"}}', '{"response": 7}']
)
def test_nonsense_is_no_answer(key, used, answer):
    assert key
    assert used(answer) is None


def test_an_authenticator_that_does_not_ask_who_holds_it_is_not_taken(db, anna, now):
    key = Authenticator(HERE.origin, verifies=False)
    with db.transaction() as session:
        asked = passkeys.asked_to_register(session, anna, HERE, at=now)
        assert passkeys.add(session, anna, key.registers(asked), "", HERE, at=now) is None


def test_questions_nobody_answered_are_forgotten(db, asked, now):
    asked()
    with db.transaction() as session:
        passkeys.asked_to_sign(session, "sign_in", None, HERE, at=now + passkeys.ASKED_FOR)
        assert session.query(Challenge).count() == 1


def test_one_takes_away_ones_own_and_nobody_elses(db, key, anna, hire, now):
    bo = hire("bo")
    with db.transaction() as session:
        (kept,) = passkeys.standing(session, anna.id)
        assert not passkeys.take_away(session, bo, kept.id, at=now, by="bo")
        assert passkeys.take_away(session, anna, kept.id, at=now, by="anna")
        assert not passkeys.standing(session, anna.id)
    assert key
