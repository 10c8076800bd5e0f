from __future__ import annotations

from datetime import timedelta

import pytest

from app.telephony import twiml
from app.telephony.twiml import Voice

SOUND = "https://line.example.org/carrier/audio/0"
DIALLED = {"caller_id": "+46846500400", "ring_for": timedelta(seconds=20), "screen_url": None}


def test_a_voice_is_named_before_its_language_and_cannot_break_out_of_its_attribute():
    assert (
        str(twiml.say("Hej", "sv", Voice("sv-SE", "Polly.Elin")))
        == '<Say voice="Polly.Elin" language="sv-SE">Hej</Say>'
    )
    assert '"><' not in str(twiml.say("Hej", "sv", Voice("sv-SE", 'x"><Hangup/>')))


def test_a_sound_is_played_from_an_address_and_from_nothing_else():
    assert str(twiml.play(SOUND)) == f"<Play>{SOUND}</Play>"
    with pytest.raises(ValueError, match="address"):
        twiml.play("ww12")


def test_several_prompts_are_one_and_only_prompts_are():
    sentence = twiml.in_turn(twiml.play(SOUND), twiml.pause(1), twiml.in_turn(twiml.say("Hej", "sv")))

    assert str(sentence) == f'<Play>{SOUND}</Play><Pause length="1"/><Say language="sv-SE">Hej</Say>'
    with pytest.raises(ValueError, match="only words"):
        twiml.in_turn(twiml.hangup())


def test_a_sentence_of_recordings_fits_wherever_a_prompt_does():
    sentence = twiml.in_turn(twiml.play(SOUND), twiml.play(SOUND))
    asked = twiml.gather(sentence, sentence, action="/next")

    assert twiml.document(sentence, asked, twiml.hangup()).count("<Play>") == 6
    assert twiml.accept(sentence).count("<Play>") == 2


def test_no_document_ends_in_words_or_in_a_dial_that_leads_nowhere():
    with pytest.raises(ValueError, match="ends in"):
        twiml.document(twiml.in_turn(twiml.play(SOUND)))
    nowhere = twiml.dial("+46701740605", action=None, **DIALLED)
    with pytest.raises(ValueError, match="ends in"):
        twiml.document(nowhere)
    assert 'action="' not in twiml.document(nowhere, twiml.hangup())
