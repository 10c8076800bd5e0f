"""What was found in houses like this one and published, so that it is not found here again: docs/findings.md."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import select

from app.staff.credentials import Passphrase, StaffSession
from app.staff.endpoints import standing
from app.staff.models import Person
from tests import desk, receivers
from tests.busy_day import MESSAGES, NUMBERS, Day, day
from tests.evidence import everything_kept
from tests.hotline import ACCOUNT, Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.searching import Needles

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in Path("docs/findings.md").read_text("utf-8").splitlines()
    if re.match(r"\| \d", line)
]


def test_each_of_the_twenty_published_findings_has_a_test_or_a_sentence_why_it_cannot_occur() -> None:
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 21)]
    for number, finding, here, shown in ROWS:
        assert finding, number
        assert here, number
        assert shown or here.startswith("Cannot occur"), number


@ON_ONE_DATABASE
def test_finding_1_a_file_that_is_sent_is_refused_before_a_byte_of_it_is_kept(hotline: Hotline) -> None:
    before = set(Path(tempfile.gettempdir()).iterdir())
    word = b"en fil som ingen fick spara"
    for door in ("/sv/contact", "/sv/work", "/sv/mailbox", "/sv/mailbox/answer"):
        assert hotline.doors.post(door, files={"file": ("../../x.txt", word * 50_000)}).status_code in (413, 415)
        assert hotline.doors.post(door, files={"file": ("x.txt", word)}).status_code == 415

    assert word not in everything_kept(hotline.db)
    assert not [path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if path.is_file()]


def test_finding_2_no_digest_of_what_was_said_lies_beside_what_is_sealed(day: Day) -> None:
    said = [each.encode() for each in (*MESSAGES, *NUMBERS)]
    digests = {
        hashlib.new(name, each).digest()[:8]
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256")
        for each in said
    }
    kept = everything_kept(day.db)

    assert Needles([*digests, *(each.hex().encode() for each in digests)]).standing_in(kept) == set()


@ON_ONE_DATABASE
def test_finding_8_a_new_house_has_no_passphrase_that_anybody_could_know(hotline: Hotline) -> None:
    with hotline.db.reading() as session:
        assert session.scalars(select(Person)).all()
        assert session.scalars(select(Passphrase)).all() == []
        assert session.scalars(select(StaffSession)).all() == []
    assert "noindex" in hotline.doors.get("/console/sign-in").headers["x-robots-tag"]


def test_finding_10_nothing_of_the_settings_is_told_to_anybody_outside(day: Day) -> None:
    settings = day.hotline.settings
    told = [ACCOUNT.sid, ACCOUNT.auth_token, str(settings.keys_dir), settings.twilio_api_url, settings.log_level]
    told += [settings.database_url.get_secret_value(), settings.database_url.get_secret_value().rpartition("/")[2]]
    answers = [each for each in day.tape.requests if each.door.face in ("public", "health", "carrier", "nowhere")]

    assert len(answers) > 100
    for each in answers:
        assert not [word for word in told if word.encode() in each.answer], str(each.door)


@ON_ONE_DATABASE
def test_finding_13_nobody_ends_or_reads_what_is_a_colleagues(hotline: Hotline) -> None:
    anna, bo = hotline.sign_in("anna"), hotline.sign_in("bo")
    form = hidden_fields(anna.get("/console/channels").text)
    browser = receivers.Browser("https://fcm.googleapis.com/fcm/send/annas")
    anna.post("/console/channels/browsers", data=form | browser.subscription)
    with hotline.db.reading() as session:
        (hers,) = standing(session, desk.named(session, "anna"))

    form = hidden_fields(bo.get("/console/channels").text)
    assert bo.post(f"/console/channels/browsers/{hers.id}/end", data=form).status_code == 404
    assert hers.id not in bo.get("/console/channels").text
    with hotline.db.reading() as session:
        assert [each.id for each in standing(session, desk.named(session, "anna"))] == [hers.id]


@ON_ONE_DATABASE
def test_finding_14_nobody_is_signed_out_by_an_address_that_somebody_else_wrote_down(hotline: Hotline) -> None:
    anna = hotline.sign_in("anna")

    assert anna.get("/console/sign-out").status_code == 405
    assert anna.post("/console/sign-out", data={"csrf": "guessed"}).status_code == 403
    assert anna.get("/console/board").status_code == 200


def test_finding_17_no_page_takes_text_for_markup_and_no_form_says_that_it_is_sealed_already() -> None:
    pages = [path for path in Path("app").rglob("*.html") if "simulator" not in path.parts]
    marked = [path for path in pages if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))]
    sealed = [path for path in pages if re.search(r'name="[^"]*(?:encrypt|sealed|cipher)', path.read_text("utf-8"))]

    assert len(pages) > 30
    assert marked == sealed == []


def test_finding_18_no_id_follows_from_another_and_no_address_is_fetched_because_somebody_said_so(day: Day) -> None:
    ids = [case.id for case in day.hotline.cases()]
    knocks = {"requests", "httpx2", "urllib", "urllib3", "socket"}
    asking = [path for path in Path("app/intake").glob("*.py") if _imported_by(path) & knocks]

    assert len(set(ids)) == len(ids) > 10
    assert all(re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", each) for each in ids), "random, RFC 9562"
    assert asking == [], "what faces the internet asks nobody for anything"


def _imported_by(path: Path) -> set[str]:
    return set(re.findall(r"^(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE))
