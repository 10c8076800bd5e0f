"""Who texts us that we shall stop gets no text from us any more, whatever has become of their case since."""

from __future__ import annotations

import pytest

from tests.calling import talking, who_has, who_may_be_called
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

pytestmark = ON_ONE_DATABASE


def texts_to(hotline: Hotline, number: str) -> list[str]:
    return [text.body for text in hotline.phone(number).inbox]


@pytest.mark.parametrize("word", ["STOP", "SLUTA", "Sluta!"])
def test_after_first_contact_too(hotline: Hotline, word: str):
    who_may_be_called(hotline, also=("sms",))
    anna = who_has(hotline)
    handler, person = talking(hotline, anna)
    person.hang_up()
    handler.press("1")
    hotline.fast_forward(minutes=1)
    hotline.text_from(A_STRANGER, word)
    older, newer = hotline.cases()
    assert not older.wishes[-1].allowed
    assert newer.opened_at > older.opened_at, "they are taken in as anybody else is"
    answer = anna.post(f"/console/cases/{older.reference}/texts", data={"wording": "when", **token(hotline, anna)})
    assert answer.status_code == 409
    assert texts_to(hotline, A_STRANGER) == []


def test_after_a_restart_too(hotline: Hotline):
    who_may_be_called(hotline, also=("sms",))
    hotline.fast_forward(minutes=1)
    hotline.restart()
    hotline.text_from(A_STRANGER, "SLUTA")
    assert [(wish.channel, wish.allowed) for wish in hotline.cases()[0].wishes][-1] == ("sms", False)
    assert [entry["actor"] for entry in log(hotline.db, "permission.withdrawn")] == ["caller", "engine"]


def token(hotline: Hotline, browser) -> dict[str, str]:
    return {"csrf": hidden_fields(browser.get("/console/").text)["csrf"]}
