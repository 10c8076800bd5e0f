"""What only a key can count: which groups there are, when a crossing is told, and that who is gone is not known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.errors import BadInput
from app.programme.knowledge_words import RouteKind
from app.routing.answers import NOT_YET, Age, Answers, Asked, Gender, Word
from app.statistics import publishing, sealed
from app.statistics.models import Unopened, Waiting
from app.statistics.reading import report
from app.statistics.screened import districts_of, groups_of
from app.statistics.sealed import Tally
from app.statistics.tables import KINDS
from tests.desk import office, session
from tests.statistics.town import DAY, JANUARY, Town, town

__all__ = ["office", "session", "town"]

FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
DISTRICTS = districts_of(["jarva", "farsta", "a-district-with-a-long-long-name"])
SEALED = {name for name, kind in KINDS.items() if kind.is_sealed}

asked = st.sampled_from([NOT_YET, *(Asked(word=word) for word in Word if word != Word.NOT_ASKED)])
everybody = st.builds(
    Answers,
    gender=st.sampled_from(Gender),
    age=st.builds(lambda one, other: Age(youngest=min(one, other), oldest=max(one, other)), *[st.integers(0, 120)] * 2),
    belongs=st.sampled_from([None, "elsewhere", "jarva", "a-district-with-a-long-long-name", "nowhere"]),
    violence_exposed=asked,
    violence_perpetrated=asked,
    criminality=asked,
)


def counts(requests: int, begun: int = 0, **told: dict[str, int]) -> Tally:
    """A tally of January; in tables that are not told, all whose screening began are in the first group."""
    found = {}
    for name in SEALED:
        first, *others = KINDS[name].groups or DISTRICTS
        found[name] = {first: begun, **dict.fromkeys(others, 0)} | ({first: 0} | told[name] if name in told else {})
    found["screening"] = {"not_begun": requests - begun, "begun": begun}
    found["contact_by_gender"] |= {"not_begun.soon": requests - begun, "others.soon": begun}
    return Tally("2026-01", found)


def told(town: Town, name: str) -> dict[str, object]:
    """What is told of January."""
    return {
        cell.group: cell.count or cell.mark
        for edition in report(town.session, name, "2026-01").editions
        for cell in edition.cells
    }


@given(everybody, st.sampled_from([None, *RouteKind]), st.booleans())
def test_everybody_whose_screening_began_is_in_one_group_of_each_sealed_table(
    answers: Answers, route: RouteKind | None, soon: bool
):
    groups = groups_of(answers, route, DISTRICTS, soon=soon)
    assert groups.keys() == SEALED
    assert all(groups[name] in (KINDS[name].groups or DISTRICTS) for name in SEALED)
    assert all(len(group) <= 24 for group in groups.values())


def test_of_whom_no_screening_began_nothing_else_is_told():
    """Else how many they are would say how few are not known."""
    assert groups_of(None, None, DISTRICTS, soon=True).keys() == {"screening", "contact_by_gender"}


def test_declining_to_answer_is_having_been_asked():
    answers = Answers(gender=Gender.WOMAN, violence_exposed=Asked(word=Word.DECLINED))
    assert groups_of(answers, None, DISTRICTS, soon=False)["asked"] == "not_all"


@pytest.mark.parametrize(
    ("gender", "is_told"),
    [({"man": 17, "woman": 13}, True), ({"man": 3, "woman": 13, "gender_other": 8, "gender_unknown": 6}, False)],
)
def test_a_crossing_is_told_only_where_it_gives_no_sum_away(town: Town, gender: dict[str, int], *, is_told: bool):
    """In the second town few are men, and the number of women is given up to hide them."""
    town.ask(40, JANUARY + DAY)
    town.publish(FEBRUARY)
    cells = {"others.asked": 12, "others.not_asked": 5, "woman.asked": 8, "woman.not_asked": 5}
    told_of = {"gender": gender, "asked": {"asked_all": 20, "not_all": 10}, "screening_by_gender": cells}
    sealed.learn(town.session, [counts(40, 30, **told_of)])
    town.publish(FEBRUARY)
    assert (told(town, "screening_by_gender") == cells) is is_told
    assert (told(town, "gender")["woman"] == 13) is is_told


def test_where_few_screenings_began_nothing_of_them_is_told(town: Town):
    town.ask(40, JANUARY + DAY)
    town.publish(FEBRUARY)
    sealed.learn(town.session, [counts(40, 4)])
    town.publish(FEBRUARY)
    assert told(town, "screening") == {"not_begun": "rest", "begun": "few"}
    assert told(town, "gender") == {}


def test_by_role_nothing_is_told_that_would_sum_up_the_few(town: Town):
    """Four in each band and many late: that twenty were in time would say that each band has four."""
    for nth, role in enumerate(("self", "relative", "professional", "unknown")):
        for hours in (0.5, 3, 12, 21):
            town.ask(1, JANUARY + DAY, role=role, hours=hours)
        town.ask(1, JANUARY + DAY, role=role, hours=None, code="silent_call")
        town.ask(6 + nth, JANUARY + DAY, role=role, hours=30)
    town.publish(FEBRUARY)
    assert "few" in told(town, "first_contact").values() or "closed" in told(town, "first_contact").values()
    assert told(town, "role_in_time") == {}


def test_who_was_forgotten_before_the_count_is_not_known_and_the_sums_stay(town: Town):
    town.ask(30, JANUARY + DAY)
    town.ask(6, JANUARY + DAY, hours=30)
    town.publish(FEBRUARY)
    some = town.session.scalars(select(Unopened).order_by(Unopened.soon.desc())).all()[:9]
    for row in some:
        town.session.execute(delete(Unopened).where(Unopened.case_id == row.case_id))
    tally = sealed.tally(town.session, "2026-01", lambda cases: {})
    assert sum(tally.counts["contact_by_gender"].values()) == 36
    assert tally.counts["contact_by_gender"]["not_begun.later"] == 6
    assert tally.counts["screening"] == {"not_begun": 36, "begun": 0}


def test_a_month_is_learnt_once_however_many_count_it(town: Town):
    town.ask(30, JANUARY + DAY)
    town.publish(FEBRUARY)
    both = [counts(30)]
    sealed.learn(town.session, both)
    sealed.learn(town.session, both)
    assert town.session.scalar(select(Waiting.count).where(Waiting.group == "not_begun")) == 30
    assert sealed.months_to_open(town.session) == []


def test_what_is_sealed_is_not_counted_anew(town: Town):
    town.ask(30, JANUARY + DAY)
    town.publish(FEBRUARY)
    sealed.learn(town.session, [counts(30)])
    town.publish(FEBRUARY)
    with pytest.raises(BadInput, match="never anew"):
        publishing.correct(town.session, "screening", "2026-01", by="carin", at=FEBRUARY)
