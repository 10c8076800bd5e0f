"""A caller is spoken to in their own language, by recordings where the carrier has no voice for it."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest

from app.check import looked_over
from app.programme.apply import current, read
from app.programme.models import Recording
from tests import people
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER
from tests.sounds import HEARD, MP3, WAV, recorded

IN_SOMALI_TOO = HEARD.replace('languages = ["sv", "en"]\nnumbers', 'languages = ["sv", "so"]\nnumbers')


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    """The line of a city that has recorded everything in Somali."""
    assert IN_SOMALI_TOO != HEARD
    recorded(hotline.folder, "so")
    hotline.apply(IN_SOMALI_TOO)
    hotline.restart()
    return hotline


def name_of(line: Hotline, sound: str) -> str:
    """Which recording an address is, by what the carrier gets there."""
    answer = line.doors.get(sound)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
    return answer.content.removeprefix(MP3).decode()


def heard(line: Hotline, number: str) -> list[str]:
    """The recordings that a caller has heard, in order."""
    return [name_of(line, each.sound) for each in line.phone(number).heard if each.sound]


@ON_ONE_DATABASE
def test_a_language_without_a_voice_is_offered_and_spoken_by_recordings(line: Hotline) -> None:
    caller = line.call_from(A_STRANGER)
    assert "För svenska, tryck 1." in caller.heard_text
    assert heard(line, A_STRANGER) == ["voice.language.1", "digit.2"]

    caller.press("2")

    assert line.case().approaches[0].language == "so"
    assert heard(line, A_STRANGER)[2] == "voice.role"
    assert not [each for each in caller.heard if each.text.startswith("Om det gäller")]


@ON_ONE_DATABASE
def test_the_code_is_spoken_digit_by_digit(line: Hotline) -> None:
    caller = line.call_from(A_STRANGER)
    caller.press("2")
    caller.press("*")
    caller.press("3")
    line.fast_forward(seconds=10)

    spoken = heard(line, A_STRANGER)
    parts = [each for each in spoken if each.startswith("voice.code.")]
    assert parts == ["voice.code.1", "voice.code.2", "voice.code.3"]
    first = spoken[spoken.index("voice.code.1") + 1 : spoken.index("voice.code.2")]
    again = spoken[spoken.index("voice.code.2") + 1 : spoken.index("voice.code.3")]
    assert first == again
    assert re.fullmatch(r"(digit\.\d ){8}", " ".join(first) + " ")


@ON_ONE_DATABASE
def test_when_one_recording_is_missing_the_language_is_not_offered(hotline: Hotline) -> None:
    recorded(hotline.folder, "so", without="keys.112")
    hotline.apply(IN_SOMALI_TOO)
    hotline.restart()

    hotline.call_from(A_STRANGER)

    assert heard(hotline, A_STRANGER) == []
    assert "svenska, tryck" not in hotline.phone(A_STRANGER).heard_text, "there is nothing to choose between"
    found = looked_over(hotline.settings, hotline.db, at=hotline.now, also_carrier=False).findings
    assert [each.do.rpartition(": ")[2] for each in found if "not offered so" in each.what] == ["keys.112"]


def test_one_recording_takes_the_place_of_the_voice_for_one_prompt(hotline: Hotline) -> None:
    place = hotline.folder / "audio" / "sv"
    place.mkdir(parents=True)
    (place / "voice.greeting.wav").write_bytes(WAV)
    hotline.apply(HEARD)
    hotline.restart()

    caller = hotline.call_from(A_STRANGER)

    (greeting,) = [each for each in caller.heard if each.sound]
    assert greeting.sound == f"{PUBLIC_URL}/carrier/audio/{hashlib.sha256(WAV).hexdigest()}"
    answer = hotline.doors.get(greeting.sound)
    assert (answer.content, answer.headers["content-type"]) == (WAV, "audio/wav")
    assert "Du har kommit till en växel" not in caller.heard_text
    assert "tryck 1" in caller.heard_text


@ON_ONE_DATABASE
def test_a_configured_voice_speaks(hotline: Hotline) -> None:
    hotline.apply(people.PROGRAMME + '\n[voices]\nsv = "Polly.Elin-Neural"\n')
    hotline.restart()
    hotline.call_from(A_STRANGER)

    assert any('voice="Polly.Elin-Neural" language="sv-SE"' in posted for posted in hotline.traffic)


@ON_ONE_DATABASE
def test_a_process_that_goes_on_running_sounds_as_applied_within_seconds(hotline: Hotline) -> None:
    hotline.call_from(A_STRANGER).hang_up()
    hotline.apply(people.PROGRAMME + '\n[voices]\nsv = "Polly.Elin-Neural"\n')
    hotline.wait_until(hotline.now + timedelta(seconds=11))
    hotline.traffic.clear()

    hotline.call_from(people.ANOTHER_STRANGER)

    assert any("Polly.Elin-Neural" in posted for posted in hotline.traffic)


@ON_ONE_DATABASE
def test_a_recording_may_be_kept_for_ever_by_whoever_fetched_it_and_nothing_is_written_down(line: Hotline) -> None:
    with line.db.reading() as session:
        digest = session.query(Recording.digest).limit(1).scalar()
    answer = line.doors.get(f"/carrier/audio/{digest}", headers={"user-agent": "planted"})

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert hashlib.sha256(answer.content).hexdigest() == digest


@ON_ONE_DATABASE
@pytest.mark.parametrize("digest", ["0" * 64, "0" * 63, "A" * 64, "..", "%00", "0" * 64 + "/x"])
def test_an_address_that_no_recording_has_is_answered_with_nothing(line: Hotline, digest: str) -> None:
    answer = line.doors.get(f"/carrier/audio/{digest}")

    assert answer.status_code in (404, 422)
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"


@ON_ONE_DATABASE
def test_the_programme_that_is_kept_holds_no_sound_only_what_it_is(line: Hotline) -> None:
    with line.db.reading() as session:
        programme = current(session)

    assert programme.sounds == {}
    assert programme.recordings == read(line.folder / "programme.toml").recordings
