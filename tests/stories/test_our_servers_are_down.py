"""Our servers are down: the carrier's own documents ring the standing chain, and only a key gets the caller."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from app.discretion import indiscretions
from tests.fallback import keep_the_fallback, report
from tests.grammar import Document, faults
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, CARIN, DAG, LINE, NUMBERS, PROGRAMME

RINGS = 20


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    """The line with its fallback in place; then everything of ours goes dark."""
    keep_the_fallback(hotline)
    hotline.kill_the_engine()
    hotline.exchange.faults.unreachable = True
    return hotline


@ON_ONE_DATABASE
def test_the_caller_hears_calm_words_and_the_standing_chain_is_rung(line: Hotline) -> None:
    caller = line.call_from(A_STRANGER)
    line.fast_forward(seconds=2)

    assert "Vid fara för liv, ring 112." in caller.heard_text
    assert "Vi söker en människa" in caller.heard_text
    assert line.phone("carin").ringing
    assert line.phone("carin").ringing.sender == LINE
    assert not line.phone("anna").ringing


@ON_ONE_DATABASE
def test_pressing_1_connects_the_two(line: Hotline) -> None:
    caller = line.call_from(A_STRANGER)
    line.fast_forward(seconds=2)
    carin = line.phone("carin")
    carin.answer()
    assert "Någon väntar i telefonen" in carin.heard_text
    assert caller.bridged_with == []

    carin.press("1")
    line.fast_forward(seconds=2)

    assert caller.bridged_with == [CARIN]


@ON_ONE_DATABASE
def test_a_voicemail_never_gets_the_caller_and_the_next_phone_rings(line: Hotline) -> None:
    line.phone("carin").behave("voicemail")
    caller = line.call_from(A_STRANGER)
    dag = line.phone("dag")
    while not dag.ringing:
        line.fast_forward(seconds=1)
        assert CARIN not in caller.bridged_with

    dag.answer()
    dag.press("1")
    line.fast_forward(seconds=2)

    assert caller.bridged_with == [DAG]


@ON_ONE_DATABASE
def test_when_nobody_answers_the_call_ends_in_words_and_not_in_silence(line: Hotline) -> None:
    caller = line.call_from(A_STRANGER)
    line.fast_forward(seconds=3 * RINGS)

    assert "Ingen kunde svara just nu. Ring gärna igen om en stund. Vid fara för liv, ring 112." in caller.heard_text
    assert not caller.on_a_call
    assert {leg.to for leg in line.exchange.legs.values()} == {LINE, CARIN, DAG}


@ON_ONE_DATABASE
def test_whoever_has_had_an_answer_may_hang_up_and_whoever_stays_is_helped_on(line: Hotline) -> None:
    caller = line.call_from(A_STRANGER)
    line.fast_forward(seconds=2)
    carin = line.phone("carin")
    carin.answer()
    carin.press("1")
    line.fast_forward(seconds=60)
    carin.hang_up()
    line.fast_forward(seconds=2)

    assert "Om du redan har fått svar kan du lägga på." in caller.heard_text
    assert line.phone("dag").ringing
    caller.hang_up()
    line.fast_forward(seconds=2)
    assert not line.phone("dag").ringing


@ON_ONE_DATABASE
def test_nothing_of_ours_was_asked_for_on_the_way(line: Hotline) -> None:
    line.call_from(A_STRANGER)
    line.fast_forward(seconds=3 * RINGS)

    answered = [posted for posted in line.exchange.debugger.requests if posted.answer.status == 200]
    assert answered
    assert all("/twiml/" in posted.url for posted in answered)


@ON_ONE_DATABASE
def test_the_documents_follow_the_grammar_record_nothing_and_give_nothing_away(hotline: Hotline) -> None:
    printed = report(hotline).documents

    assert [document.name for document in printed] == ["accepted", "screening", "fallback"]
    for document in printed:
        judged = Document(
            answer=document.twiml.replace("https://address-of.example/", f"{PUBLIC_URL}/carrier/"),
            origin=PUBLIC_URL,
            line=LINE,
            staff=NUMBERS.values(),
            may_be_open=document.name == "accepted",
            screening=document.name != "fallback",
        )
        assert faults(judged) == [], document.name
        root = ET.fromstring(document.twiml)  # noqa: S314 - our own
        words = " ".join(element.text or "" for element in root.iter("Say"))
        assert indiscretions(words) == []
        assert "record" not in document.twiml.lower()
        assert len(document.twiml) < 4_000
    main = ET.fromstring(printed[-1].twiml)  # noqa: S314 - our own
    assert main[-1].tag == "Hangup"
    assert {dial.get("callerId") for dial in main.iter("Dial")} == {LINE}
    assert [number.text for number in main.iter("Number")] == [CARIN, DAG]
    assert all("action" not in dial.attrib for dial in main.iter("Dial")), "there is nobody to ask what follows"


@ON_ONE_DATABASE
def test_the_documents_speak_the_first_language_that_the_carrier_can_read_in_the_voice_configured(
    hotline: Hotline,
) -> None:
    changed = PROGRAMME.replace('["sv", "en"]\nnumbers', '["so", "en"]\nnumbers')
    assert changed != PROGRAMME
    hotline.apply(changed + '\n[voices]\nen = "Polly.Amy-Neural"\n')

    (_, screening, fallback) = (document.twiml for document in report(hotline).documents)

    assert '<Say voice="Polly.Amy-Neural" language="en-GB">You have reached a switchboard.' in fallback
    assert "Someone is waiting" in screening


@ON_ONE_DATABASE
def test_whoever_in_the_chain_has_no_phone_is_passed_over_and_an_empty_chain_is_said(hotline: Hotline) -> None:
    without_carin = PROGRAMME.replace(f'phone = "{NUMBERS["carin"]}"\n', "")
    hotline.apply(without_carin)
    assert CARIN not in report(hotline).documents[-1].twiml

    hotline.apply(without_carin.replace(f'phone = "{NUMBERS["dag"]}"\n', ""))
    found = report(hotline)

    assert found.documents == []
    assert any("without us nobody would be rung" in finding.what for finding in found.findings)
