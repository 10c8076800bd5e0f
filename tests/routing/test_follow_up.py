"""The template for follow-up: ten areas, alike for everybody, at two moments, and what changed between them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.console.dossier import follow_up_form
from app.programme.knowledge_on import Standing
from app.routing.answers import NOT_YET, Asked, Why, Word
from app.routing.indicators import FollowedUp, Moment, changes, newest_round
from tests.routing.asked import NO, NOT_SAFE_TO_ASK, TODAY, UNCLEAR, YES, city
from tests.routing.test_proposals_for_everybody import MANY

STOCKHOLM = Standing(city("stockholm"), TODAY)
AREAS = (*STOCKHOLM.indicators,)
FIRST, LATER = date(2025, 3, 1), date(2025, 11, 1)

said = st.one_of(
    st.sampled_from([word for word in Word if word != Word.NOT_ASKED]).map(lambda word: Asked(word=word)),
    st.sampled_from(Why).map(lambda why: Asked(because=why)),
)
followed = st.builds(
    FollowedUp,
    knowledge=st.just(STOCKHOLM.knowledge.municipality.version),
    moment=st.just(Moment.OUT),
    on=st.dates(max_value=TODAY),
    ended=st.sampled_from([None, "goals-met", "broken-off", "relapse"]),
    said=st.fixed_dictionaries(dict.fromkeys(AREAS, said)),
)


def kept(moment: Moment, on: date, **areas: Asked) -> FollowedUp:
    return FollowedUp(knowledge="1", moment=moment, on=on, said={area: areas.get(area, NOT_YET) for area in AREAS})


def test_d10_the_ten_areas_of_the_template_are_the_same_in_every_city():
    assert len(AREAS) == 10
    for name in ("minimal", "huddinge"):
        assert city(name).indicator == city("stockholm").indicator


def test_d10_debts_to_criminals_are_the_one_area_that_tells_of_a_risk():
    assert [area for area, row in STOCKHOLM.indicators.items() if row.risk] == ["skulder-kriminella"]
    assert kept(Moment.IN, FIRST, **{"skulder-kriminella": UNCLEAR}).mentioned(["skulder-kriminella"])
    assert not kept(Moment.IN, FIRST, **{"skulder-kriminella": NO}).mentioned(["skulder-kriminella", "arbete"])


@MANY
@given(followed)
def test_whatever_was_followed_up_can_be_typed_and_comes_back_the_same(one: FollowedUp):
    assert follow_up_form.read(follow_up_form.typed(one, one.said), STOCKHOLM) == (one, {})


@MANY
@given(followed, followed)
def test_what_changed_leads_from_the_one_time_to_the_other_and_nothing_is_unsaid_by_not_asking(
    one: FollowedUp, other: FollowedUp
):
    stands = {**one.said, **{change.area: change.after for change in changes(one.said, other.said, AREAS)}}

    for area in AREAS:
        asked_again = other.said[area].word != Word.NOT_ASKED
        assert stands[area] == (other.said[area] if asked_again else one.said[area])
    assert not [*changes(stands, other.said, AREAS)]


def test_an_area_has_changed_when_both_moments_know_it_and_say_otherwise():
    into = kept(Moment.IN, FIRST, arbete=NO, studier=NO, boende=UNCLEAR)
    out = kept(Moment.OUT, LATER, arbete=YES, studier=NO, boende=YES)
    way = newest_round([into, out])

    assert [area for area in AREAS if way.is_another(area)] == ["arbete"]


def test_whoever_goes_in_again_has_not_gone_out_yet():
    again = kept(Moment.IN, TODAY)
    assert newest_round([kept(Moment.IN, FIRST), kept(Moment.OUT, LATER), again]) == newest_round([again])


def test_going_in_may_be_put_right_after_they_went_out():
    out = kept(Moment.OUT, LATER)
    right = kept(Moment.IN, FIRST, arbete=YES)
    assert newest_round([kept(Moment.IN, FIRST, arbete=NO), out, right]) == newest_round([right, out])


def test_what_was_not_asked_has_its_reason_and_is_told():
    assert kept(Moment.IN, FIRST, **dict.fromkeys(AREAS, YES) | {"boende": NOT_SAFE_TO_ASK}).not_asked == ("boende",)


def test_nothing_ends_when_somebody_goes_in():
    with pytest.raises(ValidationError):
        FollowedUp(knowledge="1", moment=Moment.IN, on=FIRST, ended="relapse", said={})


@pytest.mark.parametrize(
    ("field", "typed", "wrong"),
    [
        ("moment", "", "mistake.moment"),
        ("moment", "sometime", "mistake.moment"),
        ("on", "igår", "mistake.day"),
        ("on", "2026-01-06", "mistake.not_yet"),
        ("ended", "reached", "mistake.choose"),
        ("area.arbete", "kanske", "mistake.answer"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field(field: str, typed: str, wrong: str):
    filled_in = {"moment": "out", "on": str(TODAY), "area.arbete": "yes"} | {field: typed}
    assert follow_up_form.read(filled_in, STOCKHOLM) == (None, {field: wrong})


def test_how_it_ended_belongs_to_going_out():
    _, wrong = follow_up_form.read({"moment": "in", "on": str(TODAY), "ended": "relapse"}, STOCKHOLM)
    assert wrong == {"ended": "mistake.ended"}


def test_a_city_without_areas_says_so_instead_of_keeping_nothing():
    bare = STOCKHOLM.knowledge.model_copy(update={"indicator": {}})
    _, wrong = follow_up_form.read({"moment": "in", "on": str(TODAY)}, Standing(bare, TODAY))
    assert wrong == {"moment": "mistake.no_areas"}
