from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import Misconfigured
from app.programme import sounds
from app.programme.apply import apply, current, difference, read
from app.programme.models import Recording
from tests.programme.test_programme_file import AS_THE_PRODUCT_SHOWS_IT
from tests.programme.test_programme_file import complaints as complaints_of
from tests.sounds import MP3, MP3_WITH_TAGS, WAV

HEARD = AS_THE_PRODUCT_SHOWS_IT.replace('standing_chain = ["anna"]', 'standing_chain = ["anna"]\naudio = "audio"')


@pytest.fixture
def beside(tmp_path):
    """Writes the small programme with these audio files beside it, and reads it."""

    def brought(files: dict[str, bytes], text: str = HEARD):
        for name, content in files.items():
            path = tmp_path / "audio" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (tmp_path / "programme.toml").write_text(text, encoding="utf-8")
        return read(tmp_path / "programme.toml")

    return brought


def wrong(beside, files: dict[str, bytes]) -> str:
    with pytest.raises(Misconfigured) as problem:
        beside(files)
    return str(problem.value)


def kept(session) -> set[str]:
    return set(session.scalars(select(Recording.digest)))


def test_files_are_found_by_language_and_name(beside):
    programme = beside({"sv/voice.greeting.mp3": MP3, "so/voice.code.1.wav": WAV, "so/digit.7.mp3": MP3_WITH_TAGS})

    assert {language: set(named) for language, named in programme.recordings.items()} == {
        "sv": {"voice.greeting"},
        "so": {"voice.code.1", "digit.7"},
    }
    assert programme.sounds["so"]["voice.code.1"].kind == "wav"


def test_what_is_hidden_is_not_looked_at_and_an_empty_language_is_none(beside):
    programme = beside({"sv/.DS_Store": b"x", ".gitkeep": b"", "sv/voice.greeting.mp3": MP3, "en/.keep": b""})

    assert {*programme.recordings} == {"sv"}


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"sv/voice.greeting.mp3": WAV}, "voice.greeting.mp3 is not MP3 inside"),
        ({"sv/voice.greeting.wav": MP3}, "voice.greeting.wav is not WAV inside"),
        ({"sv/voice.greeting.mp3": b"<html>"}, "is not MP3 inside"),
        ({"sv/voice.greeting.mp3": b""}, "is not MP3 inside"),
        ({"sv/voice.greeting.ogg": MP3}, "is not an audio file; use .mp3 or .wav"),
        ({"sv/voice.greeting.MP3": MP3}, "in lower case"),
        ({"sv/voice.greeting.mp3": MP3, "sv/voice.greeting.wav": WAV}, "is there twice"),
        ({"sv/voice.greeting.mp3": MP3 + bytes(sounds.LARGEST)}, "is larger than 1024 kB"),
        ({"voice.greeting.mp3": MP3}, "stands outside a language's folder"),
    ],
)
def test_a_file_that_would_not_be_heard_is_refused_by_name(beside, files, complaint):
    assert complaint in wrong(beside, files)


def test_every_bad_file_is_named_at_once(beside):
    said = wrong(beside, {"sv/a.mp3": b"", "en/b.ogg": b"", "c.wav": WAV})

    assert len(said.splitlines()) == 4


def test_a_folder_that_is_not_there_is_said(beside):
    assert "there is no folder" in wrong(beside, {})


@given(st.binary(max_size=64))
def test_nothing_is_taken_for_audio_that_does_not_begin_like_it(content):
    kind = sounds.kind_of(content)

    assert kind != "wav" or content[:4] + content[8:12] == b"RIFFWAVE"
    assert kind != "mp3" or content[:3] == b"ID3" or (content[0] == 0xFF and content[1] >= 0xE2)


@pytest.mark.parametrize("folder", ["../audio", "/etc", "a/b", ".", "..", ""])
def test_the_folder_stands_beside_the_file_and_nowhere_else(tmp_path, folder):
    asked = ('standing_chain = ["anna"]', f'standing_chain = ["anna"]\naudio = "{folder}"')

    assert complaints_of(tmp_path, asked) == [
        "programme.audio: is not the name of a folder beside this file; write it as audio"
    ]


def test_recordings_are_found_and_never_written_in_the_file(tmp_path):
    assert complaints_of(tmp_path, added='\n[recordings.sv]\n"voice.greeting" = "00"\n') == [
        "recordings: is not a known key; name the folder of recordings as programme.audio"
    ]


def test_they_are_kept_once_by_what_is_in_them_and_shown_as_a_difference(db, beside, duty, directory, now):
    programme = beside({"sv/voice.greeting.mp3": MP3, "en/voice.greeting.mp3": MP3})
    with db.transaction() as session:
        lines = apply(session, programme, at=now, by="operator", duty=duty)

    with db.reading() as session:
        assert len(kept(session)) == 1
        assert current(session).recordings == programme.recordings
        assert difference(session, programme, directory=directory) == []
    digest = programme.recordings["sv"]["voice.greeting"]
    assert f"+ recordings sv: voice.greeting {digest[:8]}" in lines


def test_a_replaced_recording_stays_for_the_calls_that_still_want_it_and_goes_with_the_next_change(
    db, beside, duty, now
):
    def applied(*contents: bytes) -> set[str]:
        programme = beside({f"sv/digit.{n}.mp3": content for n, content in enumerate(contents)})
        with db.transaction() as session:
            apply(session, programme, at=now + timedelta(days=len(contents)), by="operator", duty=duty)
        return programme.digests

    first, second, third = applied(MP3), applied(MP3 + b"2"), applied(MP3 + b"3")

    with db.reading() as session:
        assert kept(session) == second | third
    assert not first & kept(session)


def test_a_programme_whose_audio_is_neither_here_nor_kept_is_refused(db, beside, duty, now):
    programme = beside({"sv/voice.greeting.mp3": MP3})
    without = type(programme).model_validate_json(programme.document())

    with pytest.raises(Misconfigured, match="1 audio files of the programme are not here"), db.transaction() as session:
        apply(session, without, at=now, by="operator", duty=duty)
