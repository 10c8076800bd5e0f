"""The addresses that a call answered without the database goes on with, asked by whoever may and may not."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from app.intake.carrier import create_carrier
from app.telephony.signature import signature_of
from tests.away import keep, keeper_of
from tests.browsers import Browser
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANNA, BO, LINE

pytestmark = ON_ONE_DATABASE

FORM = {"content-type": "application/x-www-form-urlencoded"}
STRANGE = [
    "",
    "0",
    "-1",
    "+1",
    " 1",
    "1.0",
    "1e3",
    "0x1",
    "\u0661",
    "\uff11",
    "9" * 4,
    "9" * 5000,
    "n",
    "1;2",
    "\x00",
    "1&n=x",
]


@pytest.fixture
def line(hotline: Hotline) -> Iterator[Hotline]:
    """The line, with its database away for good."""
    keep(hotline)
    with hotline.commits_fail():
        yield hotline


def asked(line: Hotline, path: str, *, signed: bool = True, **fields: str):
    told = [("AccountSid", "AC1"), ("CallSid", "CA" + "1" * 32), ("From", A_STRANGER), ("To", LINE), *fields.items()]
    token = line.settings.twilio_auth_token[0].get_secret_value().encode()
    signature = signature_of(token, f"{PUBLIC_URL}{path}", told).decode() if signed else "forged"
    return line.doors.post(path, content=urlencode(told), headers=FORM | {"X-Twilio-Signature": signature})


def test_with_a_place_that_we_never_gave_out_somebody_is_rung_all_the_same(line: Hotline) -> None:
    assert f">{BO}</Number>" in asked(line, "/carrier/kept/ring?n=1").text
    for place in STRANGE:
        path = "/carrier/kept/ring?" + urlencode({"n": place})
        answer = asked(line, path)
        assert (answer.status_code, f">{ANNA}</Number>" in answer.text) == (200, True), place
    assert "<Dial" not in asked(line, "/carrier/kept/ring?n=999").text, "beyond the last there are the words for nobody"


def test_whoever_has_not_signed_hears_nothing_whatever_place_they_name(line: Hotline) -> None:
    for place in ["1", *STRANGE]:
        answer = asked(line, "/carrier/kept/ring?" + urlencode({"n": place}), signed=False)
        assert (answer.status_code, answer.content) == (403, b""), place
    place_of_another = asked(line, "/carrier/kept/ring?n=1").request.headers["x-twilio-signature"]
    body = asked(line, "/carrier/kept/ring?n=1").request.content
    forged = line.doors.post(
        "/carrier/kept/ring?n=2", content=body, headers=FORM | {"X-Twilio-Signature": place_of_another}
    )
    assert (forged.status_code, forged.content) == (403, b"")


def test_where_nothing_is_kept_there_is_no_such_place(hotline: Hotline) -> None:
    keeper = keeper_of(hotline)
    assert keeper.meanwhile.roster is None
    face = create_carrier(db=hotline.db, clock=hotline.clock, line=keeper.line, meanwhile=keeper.meanwhile)
    hotline.doors = Browser(face, base_url=PUBLIC_URL, raise_server_exceptions=False)
    assert asked(hotline, "/carrier/kept/ring?n=1").status_code == 404
    assert asked(hotline, "/carrier/kept/ring?n=1", signed=False).status_code == 403


def test_an_answer_that_never_asked_the_database_does_not_say_that_it_is_back(line: Hotline) -> None:
    meanwhile = keeper_of(line).meanwhile
    line.call_from(A_STRANGER)
    assert meanwhile.is_remembered_away
    line.timeline.advance(6)
    answer = asked(line, f"/carrier/ring/screen/{'0' * 32}/{'1' * 32}/key", Digits="9")
    assert (answer.status_code, "<Hangup" in answer.text) == (200, True)
    assert meanwhile.is_remembered_away
