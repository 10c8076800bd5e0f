from __future__ import annotations

import pytest

from tests.programme.test_programme_file import AS_THE_PRODUCT_SHOWS_IT, complaints, written


def voices(tmp_path, lines: str) -> dict[str, tuple[str, str]]:
    programme = written(tmp_path, f"{AS_THE_PRODUCT_SHOWS_IT}\n[voices]\n{lines}\n")
    return {language: (voice.name, voice.locale) for language, voice in programme.voices.items()}


def test_a_voice_brings_the_locale_it_speaks(tmp_path):
    assert voices(
        tmp_path,
        'sv = "Polly.Elin-Neural"\nen = "Polly.Joanna"\nar = "Google.ar-XA-Chirp3-HD-Aoede"\n'
        'so = { name = "Else.Somebody", locale = "so-SO" }',
    ) == {
        "sv": ("Polly.Elin-Neural", "sv-SE"),
        "en": ("Polly.Joanna", "en-US"),
        "ar": ("Google.ar-XA-Chirp3-HD-Aoede", "ar-XA"),
        "so": ("Else.Somebody", "so-SO"),
    }


def test_voices_are_read_back_from_the_kept_document(tmp_path):
    programme = written(tmp_path, f'{AS_THE_PRODUCT_SHOWS_IT}\n[voices]\nsv = "Polly.Elin-Neural"\n')

    assert type(programme).model_validate_json(programme.document()).voices == programme.voices


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            'sv = "Polly.Unheard-Neural"',
            'voices.sv: needs its locale too; write it as { name = "Polly.Unheard-Neural", locale = "sv-SE" }',
        ),
        ('sv = "Elin"', "voices.sv.name: is not a voice of the carrier's; write it as Polly.Elin-Neural"),
        ('sv = "Polly.Elin\\"/>"', "voices.sv.name: is not a voice of the carrier's; write it as Polly.Elin-Neural"),
        (
            'sv = { name = "Polly.Elin", locale = "Swedish" }',
            "voices.sv.locale: is not a locale; write it as sv-SE",
        ),
        ('sv = { name = "Polly.Elin" }', "voices.sv.locale: is missing"),
        (
            'swedish = "Polly.Elin"',
            "voices.swedish.[key]: is not a language; write its code, such as sv, en, ar or so",
        ),
    ],
)
def test_a_voice_the_carrier_would_refuse_is_refused_here(tmp_path, line, complaint):
    assert complaints(tmp_path, added=f"\n[voices]\n{line}\n") == [complaint]
