"""Our troubles are ours: whoever picks up when we ring hears nothing of them, and neither does their voicemail."""

from __future__ import annotations

import pytest

from tests.calling import put_through, who_has, who_may_be_called
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

pytestmark = ON_ONE_DATABASE


@pytest.mark.parametrize("behaviour", ["by hand", "voicemail"])
def test_a_person_hears_nothing_though_the_database_is_away_as_their_telephone_is_picked_up(
    hotline: Hotline, behaviour: str
):
    who_may_be_called(hotline).behave(behaviour)
    put_through(hotline, who_has(hotline))
    person = hotline.phone(A_STRANGER)
    with hotline.commits_fail():
        if behaviour == "by hand":
            person.answer()
        hotline.timeline.advance(20)
    assert person.heard_text == ""
    assert person.state == "idle"


def test_a_colleague_whose_page_cannot_be_read_out_hears_nothing_in_another_language(hotline: Hotline):
    hotline.phone("anna").behave("by hand")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5, seconds=2)
    anna = hotline.phone("anna")
    assert anna.ringing
    with hotline.commits_fail():
        anna.answer()
        anna.press("1")
        hotline.timeline.advance(5)
    assert "application error" not in anna.heard_text
