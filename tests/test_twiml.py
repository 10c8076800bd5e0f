"""Every document the line ever says is TwiML as Twilio documents it, harms nobody, and leaves nobody hanging.

The documents come from two sides: a busy day of people and staff at their phones, and a walk that presses every key
at every question, in every language. What may stand in one is written in `grammar.py`, and each of its rules is
tried on a document that breaks it.
"""

from __future__ import annotations

import inspect
import re

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from twilio.twiml import TwiML, lower_camel, voice_response

from app.cases.bridges import Leg
from app.intake import fallback
from app.intake.away.answers import INSTEAD
from app.notifications.models import Notification
from app.simulator.numbers import new_sid
from app.staff.directory import Directory
from app.telephony.twilio import SILENCE
from app.vault.keyring import Keyring
from tests.away import keep, meanwhile_of
from tests.busy_day import NUMBERS, Day, Request, day
from tests.calling import talking, who_has, who_may_be_called
from tests.documents import KEYS, Heard, Walk, heard_by, wrong_in
from tests.doorways import HEADER, every_door
from tests.grammar import GRAMMAR, Document, faults
from tests.hotline import ACCOUNT, PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER, LINE, PROGRAMME
from tests.people import NUMBERS as STAFF

__all__ = ["day"]

MANY_LANGUAGES = PROGRAMME.replace('languages = ["sv", "en"]\nnumbers', 'languages = ["sv", "en", "ar", "so"]\nnumbers')
HERE = f"{PUBLIC_URL}/carrier/voice"
ANNA = STAFF["anna"]
NUMBER = f'<Number url="{HERE}" method="POST">{ANNA}</Number>'
DIAL = f'<Dial action="{HERE}" method="POST" callerId="{LINE}">{NUMBER}</Dial>'
ROOM = f'<Dial action="{HERE}" method="POST"><Conference beep="false">a</Conference></Dial>'

RECEIPTS = re.compile(r"/receipts/|/texts/|/status$|/elks")
"""Doors at which something is only reported, and those of a carrier that speaks no TwiML."""

UNSIGNED = re.compile(r"/carrier/(elks|audio)/")

a_busy_day = pytest.mark.xdist_group("a busy day")


def said(request: Request) -> Heard:
    return Heard(f"{PUBLIC_URL}{request.path}", request.fields, request.answer.decode())


@a_busy_day
def test_whatever_was_said_on_a_busy_day_is_in_order(day: Day) -> None:
    documents = [said(request) for request in day.documents]

    assert len(documents) >= 50
    assert len({each.door for each in documents}) >= 14
    assert wrong_in(day.hotline, documents) == []
    for request in day.documents:
        assert request.answer.startswith(b'<?xml version="1.0" encoding="UTF-8"?><Response')
        assert not [number for number in NUMBERS if number.encode() in request.answer]


@ON_ONE_DATABASE
def test_every_key_at_every_question_in_every_language_is_answered_in_order(hotline: Hotline) -> None:
    hotline.apply(MANY_LANGUAGES)
    hotline.phone(A_STRANGER)
    walks = [
        _whole_call(hotline, "1", A_STRANGER, keys=KEYS),
        _whole_call(hotline, "1", "Anonymous", keys=KEYS),
        *(_whole_call(hotline, language, A_STRANGER, keys="125*") for language in "234"),
        *(_page(hotline, page) for page in _pages(hotline)),
    ]
    in_trouble = Walk(hotline, LINE, keys="")
    in_trouble.everything_from(in_trouble.ask(PUBLIC_URL + SILENCE))
    heard = [each for walk in (*walks, in_trouble) for each in walk.heard]

    assert wrong_in(hotline, heard) == []
    assert len(heard) > 300
    doors = {door for door in _doors_with_documents(hotline, but="/bridge/") if "/kept/" not in door}
    assert doors - {each.door for each in heard} == {"/carrier/sms"}


@ON_ONE_DATABASE
def test_whatever_is_said_while_the_database_is_away_is_in_order_at_whatever_door_it_is_noticed(
    hotline: Hotline,
) -> None:
    hotline.apply(MANY_LANGUAGES)
    keep(hotline)
    caller, walks = new_sid("CA"), list[Walk]()
    with hotline.commits_fail():
        for door in sorted(INSTEAD.keys() - {"/carrier/voice/status"}):
            walk = Walk(hotline, A_STRANGER, keys="17*")
            here = re.sub(r"{\w+}", "0" * 32, door)
            meanwhile_of(hotline).found_away(RuntimeError("so"), at=hotline.now)
            walk.everything_from(walk.ask(PUBLIC_URL + here))
            for url in walk.screens() * 2:
                rung = Walk(hotline, LINE, to=ANNA, keys="27*1")
                rung.everything_from(rung.ask(url, ParentCallSid=caller))
                walk.heard += rung.heard
            walks.append(walk)
    heard = [each for walk in walks for each in walk.heard]

    assert wrong_in(hotline, heard) == []
    assert {each.door for each in heard} >= {door for door in _doors_with_documents(hotline) if "/kept/" in door}
    assert len(heard) > 100


@ON_ONE_DATABASE
def test_whatever_is_heard_on_the_legs_of_a_bridge_is_in_order(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    person.hang_up()
    handler.press("1")
    hotline.work()
    heard = heard_by(hotline.exchange.debugger.requests)
    doors = _doors_with_documents(hotline, only="/bridge/")
    for leg in _legs(hotline):
        walk = Walk(hotline, LINE, keys="123*")
        for door in sorted(doors):
            walk.everything_from(walk.ask(PUBLIC_URL + door.replace("{id}", leg), AnsweredBy="human"))
        heard += walk.heard

    assert wrong_in(hotline, heard) == []
    assert {each.door for each in heard} >= doors


@ON_ONE_DATABASE
def test_what_stands_still_at_the_carrier_while_we_are_down_is_in_order(hotline: Hotline) -> None:
    keyring = Keyring.load(hotline.folder / "keys", private=("duty",))
    with hotline.db.reading() as session:
        kept = fallback.documents(session, Directory(keyring))
    for each in kept:
        told = each.twiml.replace("https://address-of.example/", f"{PUBLIC_URL}/carrier/")
        is_asked = each.name != "fallback"
        judged = Document(told, PUBLIC_URL, LINE, STAFF.values(), may_be_open=is_asked, screening=is_asked)

        assert faults(judged) == [], each.name
    assert len(kept) == 3


def _legs(line: Hotline) -> list[str]:
    with line.db.reading() as session:
        return list(session.scalars(select(Leg.id)))


def _whole_call(line: Hotline, language: str, sender: str, *, keys: str) -> Walk:
    """A caller who waits for somebody, and whoever is rung for them; then a caller who tries everything."""
    waiting, curious = Walk(line, sender), Walk(line, sender, keys=keys)
    waiting.until_somebody_is_rung(waiting.ask(f"{PUBLIC_URL}/carrier/voice"))
    for url in waiting.screens() * 2:
        rung = Walk(line, LINE, to=ANNA, keys="27*1")
        rung.everything_from(rung.ask(url))
        curious.heard += rung.heard
    waiting.hang_up(f"{PUBLIC_URL}/carrier/ring")
    curious.ask(f"{PUBLIC_URL}/carrier/voice")
    curious.everything_from(curious.ask(f"{PUBLIC_URL}/carrier/voice/language", Digits=language))
    curious.heard += waiting.heard
    return curious


def _pages(line: Hotline) -> list[str]:
    """Pages by voice about a case that nobody takes: everybody's phone has rung by now."""
    line.text_from(ANOTHER_STRANGER, "jag skriver nu")
    line.fast_forward(hours=1)
    with line.db.reading() as session:
        return list(session.scalars(select(Notification.id).where(Notification.channel == "call")))[:20]


def _page(line: Hotline, page: str) -> Walk:
    walk = Walk(line, LINE, to=ANNA)
    walk.everything_from(walk.ask(f"{PUBLIC_URL}/carrier/page/{page}"))
    return walk


def _doors_with_documents(line: Hotline, *, only: str = "/carrier/", but: str = "-") -> set[str]:
    """The carrier's doors that answer with a document: all but the second carrier's and those that take a receipt."""
    doors = [door.path for door in every_door(line.app) if door.face == "carrier" and door.method == "POST"]
    paths = {re.sub(r"{\w+}", "{id}", path) for path in doors if not RECEIPTS.search(path)}
    return {path for path in paths if only in path and but not in path}


RIGHT = [
    f'<Say language="sv-SE">Hej</Say><Redirect method="POST">{HERE}</Redirect>',
    f'<Gather input="dtmf" action="{HERE}" method="POST" numDigits="1"><Say>Hej</Say></Gather><Hangup/>',
    DIAL,
    ROOM,
    '<Reject reason="busy"/>',
    "<Say>Din kod är 1 2 3 4, 5 6 7 8.</Say><Hangup/>",
    f'<Play>{HERE}/audio/hej.mp3</Play><Pause length="2"/><Hangup/>',
]
WRONG = {
    "not XML": "<Say>Hej",
    "an unknown verb": "<Shout>Hej</Shout><Hangup/>",
    "an unknown attribute": '<Say colour="red">Hej</Say><Hangup/>',
    "an attribute that belongs to another verb": '<Hangup numDigits="1"/>',
    "a value that cannot be": '<Pause length="long"/><Hangup/>',
    "a verb where it may not stand": f'<Gather input="dtmf" action="{HERE}" method="POST"><Hangup/></Gather><Hangup/>',
    "words where none belong": "Hej<Hangup/>",
    "recording of a dial": DIAL.replace("<Dial ", '<Dial record="record-from-answer" '),
    "recording of a room": ROOM.replace("<Conference ", '<Conference record="record-from-start" '),
    "a recording": f'<Record action="{HERE}" method="POST"/><Hangup/>',
    "trimming, which only a recording needs": DIAL.replace("<Dial ", '<Dial trim="trim-silence" '),
    "speech": f'<Gather input="dtmf speech" action="{HERE}" method="POST"/><Hangup/>',
    "hints for speech": f'<Gather input="dtmf" hints="ja, nej" action="{HERE}" method="POST"/><Hangup/>',
    "keys that are not said to be keys": f'<Gather action="{HERE}" method="POST"/><Hangup/>',
    "transcription": "<Start><Transcription/></Start><Hangup/>",
    "a text to a person": "<Sms>Hej</Sms><Hangup/>",
    "nothing": "",
    "words and then nothing": "<Say>Hej</Say>",
    "a question and then nothing": f'<Gather input="dtmf" action="{HERE}" method="POST"/>',
    "a dial after which nobody asks": DIAL.replace(f'action="{HERE}" method="POST" ', "", 1),
    "something after the end": "<Hangup/><Say>Hej</Say><Hangup/>",
    "an address of somebody else's": '<Redirect method="POST">https://example.org/carrier/voice</Redirect>',
    "an address that only begins like ours": f'<Redirect method="POST">{PUBLIC_URL}.example.net/carrier/</Redirect>',
    "an address without https": f'<Redirect method="POST">{HERE.replace("https", "http")}</Redirect>',
    "an address relative to another": '<Redirect method="POST">/carrier/voice</Redirect>',
    "sound from elsewhere": "<Play>https://example.org/hej.mp3</Play><Hangup/>",
    "an action asked by GET": f'<Gather input="dtmf" action="{HERE}" method="GET"/><Hangup/>',
    "a method left to chance": f"<Redirect>{HERE}</Redirect>",
    "a status posted elsewhere": DIAL.replace(
        "<Number ", '<Number statusCallback="https://example.org" statusCallbackMethod="POST" '
    ),
    "somebody who is not staff": DIAL.replace(ANNA, A_STRANGER),
    "a bare number": f'<Dial action="{HERE}" method="POST" callerId="{LINE}">{ANNA}</Dial>',
    "nobody screened": DIAL.replace(f'url="{HERE}" method="POST"', ""),
    "the caller's own number shown": DIAL.replace(LINE, A_STRANGER),
    "no number of ours shown": DIAL.replace(f'callerId="{LINE}"', ""),
    "a number in words": "<Say>0 7 0, 1 7 4, 0 6, 6 0</Say><Hangup/>",
    "a number in an address": f'<Redirect method="POST">{HERE}?to=%2B46701740660</Redirect>',
    "a number in the name of a room": ROOM.replace(">a<", f">{A_STRANGER}<"),
    "a secret": "<Say>Zebediah ringer</Say><Hangup/>",
    "a secret in an address": f'<Redirect method="POST">{HERE}?who=Zebediah</Redirect>',
}


def document(inside: str, **known: str | bool) -> Document:
    return Document(f"<Response>{inside}</Response>", PUBLIC_URL, LINE, [ANNA], secrets=["Zebediah"], **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("inside", RIGHT)
def test_the_guard_lets_a_good_document_through(inside: str) -> None:
    assert faults(document(inside)) == []


@pytest.mark.parametrize("inside", WRONG.values(), ids=WRONG)
def test_the_guard_notices(inside: str) -> None:
    assert faults(document(inside)) != []


def test_the_guard_lets_a_number_be_read_back_to_whoever_keyed_it_and_to_nobody_else() -> None:
    read_back = "<Say>0 7 0, 1 7 4, 0 6, 6 0</Say><Hangup/>"

    assert faults(document(read_back, keyed="0701740660")) == []
    assert faults(document(read_back, keyed="0046701740660")) == []
    assert faults(document(read_back, keyed="0701740661")) != []


def test_the_guard_lets_a_document_be_open_only_where_that_is_meant_and_forbids_a_dial_while_screening() -> None:
    assert faults(document("", may_be_open=True)) == []
    assert faults(document("<Say>Hej</Say>", may_be_open=True)) == []
    assert faults(document("<Gather input='dtmf'/>", may_be_open=True)) != []
    assert faults(document(DIAL, screening=True)) != []


def test_the_guards_table_knows_no_attribute_that_twilios_sdk_does_not() -> None:
    verbs = {"Number": voice_response.Dial, "Conference": voice_response.Dial, "Queue": voice_response.Dial}
    newer = {"callReason"}
    for name, element in GRAMMAR.items():
        parent: type[TwiML] = verbs.get(name, voice_response.VoiceResponse)
        method = getattr(parent, name.lower(), None)
        if method is not None:
            known = {lower_camel(each) for each in inspect.signature(method).parameters} | newer
            assert set(element.attributes) <= known, name


@a_busy_day
def test_words_are_said_in_a_voice_that_the_carrier_has(day: Day) -> None:
    answers = [request.answer.decode() for request in day.documents]

    assert any('language="sv-SE"' in answer for answer in answers)
    assert any('language="en-GB"' in answer for answer in answers)
    assert not any("<Say>" in answer or ("<Say " in answer and "></Say>" in answer) for answer in answers)


@a_busy_day
def test_twilios_validator_accepts_every_request_of_the_simulated_carrier(day: Day) -> None:
    validator = RequestValidator(ACCOUNT.auth_token)
    requests = _of_the_first_carrier(day)

    assert len(requests) >= 100
    for request in requests:
        signature = request.headers[HEADER.lower()]
        assert validator.validate(f"{PUBLIC_URL}{request.path}", request.fields, signature), str(request.door)


@a_busy_day
@pytest.mark.parametrize("token", ["another-token", ""])
def test_twilios_validator_would_notice_another_token(day: Day, token: str) -> None:
    request = _of_the_first_carrier(day)[0]

    signature = request.headers[HEADER.lower()]
    assert not RequestValidator(token).validate(f"{PUBLIC_URL}{request.path}", request.fields, signature)


def _of_the_first_carrier(day: Day) -> list[Request]:
    """All that it asked of us, signed. The second carrier signs nothing, and sound may be fetched by anybody."""
    asked = [request for request in day.tape.requests if request.door.face == "carrier"]
    return [request for request in asked if not UNSIGNED.match(request.path)]
