from __future__ import annotations

import inspect
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import lower_camel, voice_response

from app.telephony import twiml

NEXT = "https://line.example.org/carrier/next"
ANNA, LINE = "+46701740605", "+46846500400"


def read(document):
    return ET.fromstring(document.encode())  # noqa: S314 - our own writing


def dial(number=ANNA, caller_id=LINE, ring_for=20, screen_url=NEXT):
    return twiml.dial(
        number, action=NEXT, caller_id=caller_id, ring_for=timedelta(seconds=ring_for), screen_url=screen_url
    )


TEXTS = st.text(max_size=30)
LANGUAGES = st.sampled_from(["sv", "en", "ar", "so"])
SAYS = st.builds(twiml.say, TEXTS, LANGUAGES)
PAUSES = st.builds(twiml.pause, st.integers(1, 60))
PROMPTS = st.lists(SAYS | PAUSES, max_size=3)
URLS = TEXTS.map(lambda text: f"{NEXT}?{text}")
SECONDS = st.integers(1, 60).map(lambda seconds: timedelta(seconds=seconds))
GATHERS = st.builds(
    lambda prompts, **rest: twiml.gather(*prompts, **rest),
    PROMPTS,
    action=URLS,
    digits=st.none() | st.integers(1, 20),
    timeout=SECONDS,
    finish_on_key=st.text("0123456789*#", max_size=3),
    silence_counts=st.booleans(),
)
DIALS = st.builds(dial, ring_for=st.integers(5, 600), screen_url=st.none() | URLS)
ENDS = st.one_of(DIALS, st.builds(twiml.redirect, URLS), st.builds(twiml.hangup), st.builds(twiml.reject))
DOCUMENTS = st.builds(
    lambda before, end: twiml.document(*before, end), st.lists(SAYS | PAUSES | GATHERS | DIALS, max_size=4), ENDS
)


def attributes_of(parent, child):
    """What the SDK's generated builder takes for this element in that one; None where it has no place."""
    nest = getattr(voice_response, parent.replace("Response", "VoiceResponse"), None)
    place = getattr(nest, child.lower(), None)
    return place and {lower_camel(each) for each in inspect.signature(place).parameters}


@given(DOCUMENTS)
def test_only_verbs_and_attributes_the_carrier_knows_are_written(document):
    for parent in read(document).iter():
        for child in parent:
            assert child.attrib.keys() <= attributes_of(parent.tag, child.tag)


def test_the_carriers_grammar_would_catch_a_mistake():
    assert "input" in attributes_of("Response", "Gather")
    assert "bogus" not in attributes_of("Response", "Gather")
    assert attributes_of("Gather", "Dial") is None
    assert attributes_of("Response", "Sing") is None


@given(DOCUMENTS)
def test_nothing_is_recorded_heard_by_machines_or_fetched_by_get(document):
    for element in read(document).iter():
        assert not {each for each in element.attrib if "record" in each.lower() or "transcri" in each.lower()}
        assert element.get("input", "dtmf") == "dtmf"
        if {"action", "url"} & set(element.attrib) or element.tag == "Redirect":
            assert element.get("method") == "POST"


@given(DOCUMENTS)
def test_every_dialled_leg_rings_until_bridged_and_shows_our_number(document):
    for leg in read(document).iter("Dial"):
        assert leg.get("answerOnBridge") == "true"
        assert leg.get("callerId") == LINE
        assert leg.get("action") == NEXT


@given(TEXTS, LANGUAGES)
def test_whatever_is_said_is_said_and_nothing_else(text, language):
    (spoken, _) = read(twiml.document(twiml.say(text, language), twiml.hangup()))
    sayable = "".join(each for each in text if each in "\t\n\r" or (ord(each) >= 32 and each not in "\ufffe\uffff"))
    assert (spoken.text or "") == sayable.replace("\r\n", "\n").replace("\r", "\n")


@given(URLS)
def test_an_address_comes_through_whole(url):
    (gather, _) = read(twiml.document(twiml.gather(action=url), twiml.hangup()))
    assert (
        gather.get("action") == "".join(each for each in url if ord(each) >= 32 or each in "\t\n\r")
        or not url.isprintable()
    )


def test_a_document_reads_as_expected():
    document = twiml.document(
        twiml.say("Hej & välkommen", "sv"),
        twiml.gather(twiml.say("Press 1", "en"), twiml.pause(1), action=NEXT),
        twiml.redirect("/carrier/voice"),
    )
    assert document == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="sv-SE">Hej &amp; välkommen</Say>'
        f'<Gather input="dtmf" action="{NEXT}" method="POST" timeout="5" finishOnKey="#" actionOnEmptyResult="false" '
        'numDigits="1"><Say language="en-GB">Press 1</Say><Pause length="1"/></Gather>'
        '<Redirect method="POST">/carrier/voice</Redirect></Response>'
    )


def test_a_dial_reads_as_expected():
    assert str(dial()) == (
        f'<Dial action="{NEXT}" method="POST" callerId="{LINE}" answerOnBridge="true" timeout="20">'
        f'<Number url="{NEXT}" method="POST">{ANNA}</Number></Dial>'
    )


@pytest.mark.parametrize(
    "verbs",
    [
        [],
        [twiml.say("x", "sv")],
        [twiml.pause(1)],
        [twiml.gather(action=NEXT)],
        [twiml.hangup(), twiml.say("x", "sv"), twiml.hangup()],
        [twiml.redirect(NEXT), twiml.hangup()],
        [twiml.reject(), twiml.redirect(NEXT)],
    ],
    ids=str,
)
def test_a_document_that_leaves_the_caller_hanging_is_refused(verbs):
    with pytest.raises(ValueError, match=r"a document ends|nothing is heard"):
        twiml.document(*verbs)


def test_silence_answers_a_text_with_nothing():
    assert len(read(twiml.silence())) == 0


def test_accepting_says_its_words_and_ends_so_that_the_two_are_bridged():
    assert len(read(twiml.accept())) == 0
    assert [each.tag for each in read(twiml.accept(twiml.say("x", "sv"), twiml.pause(1)))] == ["Say", "Pause"]


@pytest.mark.parametrize("verb", [twiml.hangup(), twiml.redirect(NEXT), dial(), twiml.gather(action=NEXT)], ids=str)
def test_only_words_are_heard_while_accepting_or_gathering(verb):
    with pytest.raises(ValueError, match="only words"):
        twiml.accept(verb)
    with pytest.raises(ValueError, match="only words"):
        twiml.gather(verb, action=NEXT)


@pytest.mark.parametrize("number", ["112", "+46112", "11414", "+46116123", "+46939123456", "", "anna"])
def test_what_must_not_be_dialled_is_not_dialled_and_not_shown(number):
    with pytest.raises(ValueError, match="may not be dialled"):
        dial(number)
    with pytest.raises(ValueError, match="may not be dialled"):
        dial(caller_id=number)


@pytest.mark.parametrize("ring_for", [0, 4, 601, -1])
def test_a_leg_rings_for_a_sensible_time(ring_for):
    with pytest.raises(ValueError, match="not within"):
        dial(ring_for=ring_for)


@pytest.mark.parametrize("url", ["", "next", "javascript:x", "ftp://x"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="an address"):
        twiml.redirect(url)


def test_a_language_without_a_voice_is_not_offered_and_does_not_break_the_call():
    assert [language for language in ("sv", "en", "ar", "so") if twiml.has_voice(language)] == ["sv", "en", "ar"]
    assert twiml.say("x", "so").attributes == (("language", "sv-SE"),)


def test_a_verb_shows_no_number():
    assert repr(dial()) == "<Verb Dial>"
