"""What a prompt is made of: a voice, or recordings; and when a language can be offered to a caller."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Misconfigured
from app.intake import sound
from app.intake.sound import Sound, missing, needed, with_known_recordings
from app.intake.wording import PROMPTS
from app.programme.apply import EXAMPLE, read
from app.telephony.twiml import Voice

AUDIO = "https://linjen.example.org/carrier/audio"


def recorded(language: str, *names: str) -> Sound:
    return Sound(AUDIO, recordings={language: {name: name for name in names}})


def pieces(verb: object) -> list[str]:
    """What is heard, in order: names of recordings, and pauses."""
    return [name or "pause" for name in re.findall(rf"<Play>{AUDIO}/([^<]*)</Play>|<Pause", str(verb))]


def test_without_recordings_a_prompt_is_read_aloud_by_the_carriers_usual_voice():
    assert str(Sound().prompt("en", "voice.goodbye")).startswith('<Say language="en-GB">')


def test_a_configured_voice_is_named_with_its_locale():
    sounds = Sound(voices={"sv": Voice("sv-SE", "Polly.Elin-Neural")})

    assert str(sounds.prompt("sv", "page.goodbye")) == '<Say voice="Polly.Elin-Neural" language="sv-SE">Hej då.</Say>'
    assert str(sounds.prompt("en", "page.goodbye")).startswith('<Say language="en-GB">')


def test_a_language_that_nobody_reads_aloud_is_read_by_the_swedish_voice_rather_than_not_at_all():
    sounds = Sound(voices={"sv": Voice("sv-SE", "Polly.Elin-Neural")})

    assert str(sounds.prompt("so", "page.goodbye")).startswith('<Say voice="Polly.Elin-Neural" language="sv-SE">Nabad')


def test_a_recording_takes_the_place_of_the_voice_for_its_prompt_and_language_only():
    sounds = recorded("sv", "voice.greeting")

    assert str(sounds.prompt("sv", "voice.greeting")) == f"<Play>{AUDIO}/voice.greeting</Play>"
    assert str(sounds.prompt("sv", "voice.goodbye")).startswith("<Say")
    assert str(sounds.prompt("en", "voice.greeting")).startswith("<Say")


def test_a_prompt_with_a_value_is_made_of_its_words_and_of_digits():
    sounds = recorded("so", *needed("so"))

    assert pieces(sounds.prompt("so", "voice.code", code="1 2, 7 7")) == [
        *("voice.code.1", "digit.1", "digit.2", "pause", "digit.7", "digit.7"),
        *("voice.code.2", "digit.1", "digit.2", "pause", "digit.7", "digit.7"),
        "voice.code.3",
    ]


def test_a_piece_that_is_missing_lets_the_whole_prompt_be_read_aloud():
    sounds = recorded("sv", *needed("sv") - {"digit.7"})

    assert str(sounds.prompt("sv", "voice.code", code="1 7")).startswith("<Say")
    assert str(sounds.prompt("sv", "voice.code", code="1 2")).startswith("<Play")


@given(st.text("0123456789, ", min_size=1, max_size=20))
def test_a_value_is_heard_digit_by_digit_in_order(value: str) -> None:
    heard = pieces(recorded("so", *needed("so")).prompt("so", "voice.language", digit=value))

    digits = "".join(piece.removeprefix("digit.") for piece in heard if piece.startswith("digit."))
    assert digits == re.sub(r"\D", "", value)


@pytest.mark.parametrize("language", PROMPTS.languages)
def test_what_a_caller_needs_is_every_prompt_they_could_hear_and_no_more(language: str) -> None:
    names = needed(language)

    assert {"voice.greeting", "keys.how", "bridge.moment", "voice.code.1", "digit.0"} <= names
    assert not [name for name in names if name.startswith(("page.", "screen.", "fallback.", "bridge.ask"))]
    assert not [name for name in names if "{" in name]


def test_a_language_is_offered_when_somebody_reads_it_aloud_or_nothing_of_it_is_missing():
    assert [Sound().speaks(language) for language in ("sv", "en", "ar", "so", "fi")] == [True, True, True, False, False]
    assert recorded("so", *needed("so")).speaks("so")
    assert Sound(voices={"so": Voice("so-SO", "Else.Somebody")}).speaks("so")


@pytest.mark.parametrize("name", sorted(needed("so")))
def test_no_single_recording_may_be_missing(name: str) -> None:
    assert missing("so", dict.fromkeys(needed("so") - {name}, "")) == {name}
    assert not recorded("so", *needed("so") - {name}).speaks("so")


def test_a_recording_that_no_prompt_uses_is_refused_by_name():
    programme = read(EXAMPLE).model_copy(
        update={"recordings": {"sv": {"voice.greting": "0", "voice.code.9": "0", "voice.greeting": "0"}, "fi": {}}}
    )

    with pytest.raises(Misconfigured) as problem:
        with_known_recordings(programme)
    assert [line.strip() for line in str(problem.value).splitlines()[1:]] == [
        "fi is not a language of this programme that prompts are written in",
        "sv/voice.code.9 is not a prompt, a part of one or a digit",
        "sv/voice.greting is not a prompt, a part of one or a digit",
    ]


def test_every_part_of_every_prompt_may_be_recorded():
    names = {name for key in PROMPTS.keys("sv") for name in sound._names("sv", key)}
    programme = read(EXAMPLE).model_copy(update={"recordings": {"sv": dict.fromkeys(names, "0")}})

    assert with_known_recordings(programme) is programme
