from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.audit.actions import ACTIONS
from app.audit.impersonal import refuse_personal
from app.audit.log import BUILD, _canonical, record
from app.audit.models import AuditEntry

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_entry_says_who_did_what_to_which_case_and_why(db):
    with db.transaction() as session:
        record(
            session,
            at=NOON,
            by="anna",
            role="handler",
            action="case.revealed",
            about="5f" * 16,
            because="first_contact",
            part="number",
            attempt=2,
        )
    with db.reading() as session:
        body = session.scalars(select(AuditEntry.body)).one()
    assert json.loads(body) == {
        "v": 2,
        "at": "2026-03-01T12:00:00.000000Z",
        "actor": "anna",
        "role": "handler",
        "action": "case.revealed",
        "object": "5f" * 16,
        "purpose": "first_contact",
        "result": "done",
        "build": BUILD,
        "programme": 0,
        "facts": {"part": "number", "attempt": 2},
    }
    assert body == rfc8785.dumps(json.loads(body))


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
        st.text() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | st.booleans() | st.none(),
    )
)
def test_the_bytes_are_those_of_rfc_8785_whatever_the_facts_are(facts):
    entry = {"v": 1, "object": "å\u2028\x7f", "facts": facts}
    assert _canonical(entry) == rfc8785.dumps(entry)


def test_an_entry_is_forgotten_with_the_transaction_it_belongs_to(db):
    def take_and_stumble():
        with db.transaction() as session:
            record(session, at=NOON, by="anna", action="case.taken")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_and_stumble()
    with db.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_the_engine_is_its_own_role(db):
    with db.transaction() as session:
        record(session, at=NOON, by="engine", action="step.taken")
    with db.reading() as session:
        assert json.loads(session.scalars(select(AuditEntry.body)).one())["role"] == "engine"


@pytest.mark.parametrize("action", ["", "case.opend", "Case.opened", "case"])
def test_an_action_that_nobody_registered_is_refused(action):
    with pytest.raises(ValueError, match=r"actions\.py"):
        record(None, at=NOON, by="anna", action=action)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        record(None, at=datetime(2026, 3, 1), by="anna", action="case.taken")  # noqa: DTZ001


def test_an_entry_without_an_actor_is_refused():
    with pytest.raises(ValueError, match="actor"):
        record(None, at=NOON, by="", action="case.taken")


PERSONAL = [
    "+46701740605",
    "0701740605",
    "070-174 06 05",
    "(070) 174 06 05",
    "call 08-46500400 tonight",
    "0046701740605",
    "19900101-1234",
    "9001011234",
    "2009-03-14",
    "anna@example.org",
    "she said that she does not dare to go home tonight because he waits",
    "two\nlines",
]


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("place", ["by", "about", "because", "outcome", "role", "fact"])
def test_what_could_point_at_a_person_is_refused_wherever_it_stands_and_is_not_repeated(place, text):
    words = {"by": "anna", place: text}
    with pytest.raises(ValueError, match=place) as refusal:
        record(None, at=NOON, action="case.taken", **words)
    assert text not in str(refusal.value)


@pytest.mark.parametrize("about", ["person:0701740605", "person:anna@example.org"])
def test_a_person_is_named_by_alias_only(about):
    with pytest.raises(ValueError, match="about"):
        record(None, at=NOON, by="anna", action="staff.left", about=about)


@pytest.mark.parametrize("number", [46701740605, -46701740605, 46701740605.0, float("nan"), float("inf")])
def test_a_quantity_as_large_as_a_telephone_number_is_refused(number):
    with pytest.raises(ValueError, match="quantity"):
        record(None, at=NOON, by="anna", action="case.taken", quantity=number)


@pytest.mark.parametrize("name", ["Name", "a b", "", "x" * 33, "0701740605"])
def test_the_name_of_a_fact_is_a_word(name):
    with pytest.raises(ValueError, match="name of a fact"):
        record(None, at=NOON, by="anna", action="case.taken", **{name: 1})


@given(st.binary(min_size=16, max_size=16), st.sampled_from(["rota-{}", "{}", "sha256:{}", "SM{}", "person:{}"]))
def test_ids_and_hashes_are_not_taken_for_numbers(raw, shape):
    for length in (8, 32) if shape != "{}" else (32,):
        refuse_personal("id", shape.format(raw.hex()[:length]))


@given(st.datetimes(timezones=st.timezones()))
def test_moments_are_not_taken_for_numbers(moment):
    refuse_personal("due", f"{moment.replace(fold=0):%Y-%m-%dT%H:%M:%S}Z".zfill(20))
    refuse_personal("due", f"{moment.year:04}-{moment:%m-%d %H:%M:%S.%f}+00:00")


@given(
    st.integers(10**6, 10**9),
    st.sampled_from(["+46{}", "0{}", "tel 00{}", "({})"]),
    st.sampled_from(["", " ", "-", "."]),
)
def test_no_spelling_of_a_telephone_number_gets_in(number, shape, gap):
    spelled = shape.format(gap.join(f"{number:09}"))
    with pytest.raises(ValueError, match="number"):
        refuse_personal("fact", spelled)


def test_every_action_has_a_meaning_and_an_ocsf_place():
    assert len(ACTIONS) >= 60
    for name, action in ACTIONS.items():
        what, _, happened = name.partition(".")
        assert what.isidentifier(), name
        assert happened.isidentifier(), name
        assert action.meaning
        assert 0 < action.activity < 100
