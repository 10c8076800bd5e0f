"""Which class a case is in follows from what became of it, and nothing that stands in the way is overlooked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programme.retention import Begins, Recipient, Retention, RetentionClass
from app.retention.classes import NOBODY_THERE, Known, class_of, details_due_at, verdict

CLOSED = datetime(2026, 3, 1, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
RULES = Retention()
MOMENTS = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
KNOWN = st.builds(
    Known,
    closed_at=st.just(CLOSED),
    outcome=st.sampled_from(["advice", "handed_over", "closed"]),
    code=st.sampled_from([*sorted(NOBODY_THERE), "withdrew", "done"]),
    reached=st.booleans(),
    side=st.sampled_from(["", "advice", "case"]),
    has_child=st.booleans(),
    weighed_at=MOMENTS,
    handed_over_at=MOMENTS,
    last_contact_at=MOMENTS,
    last_note_at=MOMENTS,
    received=st.dictionaries(st.sampled_from([each.value for each in Recipient]), MOMENTS.filter(bool)),
    is_held=st.booleans(),
    goes_on=st.booleans(),
)


def known(**what: Any) -> Known:
    return Known(**({"closed_at": CLOSED, "outcome": "closed", "code": "done", "reached": True} | what))


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ({"reached": False, "code": "silent_call"}, "silent"),
        ({"reached": False, "code": "no_way_to_reach"}, "unreached"),
        ({"outcome": "advice"}, "advice"),
        ({"side": "advice"}, "advice"),
        ({"outcome": "advice", "side": "case"}, "documented"),
        ({}, "documented"),
        ({"outcome": "handed_over"}, "handed_over"),
        ({"handed_over_at": CLOSED}, "handed_over"),
        ({"outcome": "handed_over", "has_child": True}, "child"),
        ({"reached": False, "code": "silent_call", "has_child": True}, "child"),
    ],
)
def test_the_class_follows_from_what_became_of_the_case(what: dict[str, Any], name: str) -> None:
    assert class_of(known(**what)) == name


def test_a_handed_over_case_waits_for_the_receipt_and_a_later_note_asks_for_another() -> None:
    handed = {"outcome": "handed_over", "handed_over_at": CLOSED}
    received = {"case_system": CLOSED + A_DAY}
    later = CLOSED + 31 * A_DAY

    assert verdict(known(**handed), RULES).in_the_way == ("case_system",)
    assert verdict(known(**handed, received=received), RULES).is_ripe(later)
    assert not verdict(known(**handed, received=received, last_note_at=CLOSED + 2 * A_DAY), RULES).is_ripe(later)


def test_who_was_reached_is_not_forgotten_before_somebody_has_decided_what_it_is() -> None:
    assert "undecided" in verdict(known(), RULES).in_the_way
    assert "undecided" not in verdict(known(side="case"), RULES).in_the_way
    assert "undecided" not in verdict(known(reached=False, code="withdrew"), RULES).in_the_way


@given(KNOWN)
def test_whoever_holds_it_keeps_it_and_nothing_goes_before_its_time(what: Known) -> None:
    judged = verdict(what, RULES)

    assert not (what.is_held and judged.is_ripe(CLOSED + timedelta(days=9999)))
    assert not judged.is_ripe(judged.due_at - timedelta(seconds=1))
    assert judged.due_at >= min(filter(None, _moments(what))) + judged.rule.keep
    assert judged.name in RetentionClass
    assert details_due_at(what, RULES) == CLOSED + RULES.contact_details
    for recipient in judged.rule.first:
        assert recipient.value in what.received or recipient.value in judged.in_the_way


def _moments(what: Known) -> tuple[datetime | None, ...]:
    return what.closed_at, what.weighed_at, what.handed_over_at, what.last_contact_at, what.last_note_at


def test_what_the_law_has_documented_is_never_let_go_by_a_machine_alone() -> None:
    rule = {"keep": "P30D", "begins": "closing", "automatic": True}
    for name in ("documented", "child"):
        with pytest.raises(ValueError, match="two people"):
            Retention.model_validate({name: rule})
    assert Retention.model_validate({"silent": rule}).silent.automatic
    assert Retention.model_validate({"silent": rule}).silent.begins is Begins.CLOSING
