"""The long look at the carrier: what is set there, what nobody can read from here, and what must be kept there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.check import setup
from app.check.house import asked_at_the_carrier
from app.check.report import Finding, Report
from app.db import Database
from app.errors import DygnetError
from app.intake import fallback
from app.programme.apply import current
from app.settings import Settings
from app.staff.directory import Directory
from app.telephony.twilio_setup import Line, TwilioSetup
from app.vault.keyring import Keyring
from app.worker import OPENED, carrier_for

BY_HAND: Final = (
    "Opt-out words: text STOP, HELP, START and SLUT to the line from a phone of your own. Nothing may come back.",
    "If something does: a Messaging Service with empty Advanced Opt-Out replies, or ask support; then text START.",
    "Messaging, Settings: HTTP authentication on media is required, message bodies are redacted or kept for no time.",
    "Voice, Settings: recording, transcription and summaries are off, also as defaults of conferences and trunks.",
    "Event streams, log exports and add-ons: none that copies calls or texts to somebody else.",
    "The fallback: stop the doors once a month, call the line, let a voicemail pick up, and then a person.",
    "The voices: call the line and listen to every language it offers, to the end.",
)
"""What no question over REST answers, or only trying shows."""


def look(settings: Settings, db: Database, report: Report) -> None:
    """Add everything about the carrier. Without credentials the documents all the same."""
    report.by_hand += BY_HAND
    with db.reading() as session:
        numbers = current(session).programme.numbers
        directory = Directory(Keyring.load(settings.keys_dir, private=OPENED))
        try:
            report.documents = fallback.documents(session, directory)
        except DygnetError as problem:
            do = "give one of the standing chain a phone in the programme file, and apply it"
            report.add([Finding(serious=True, what=str(problem), do=do)])
    report.add(asked_at_the_carrier(lambda: _compared(settings, numbers, report)))


def _compared(settings: Settings, numbers: Sequence[str], report: Report) -> Iterator[Finding]:
    there = carrier_for(settings, sender=numbers[0]).setup
    yield from setup.account(there.account_state())
    lines = {line.number: line for line in there.lines()}
    for number in numbers:
        yield from setup.addresses(lines.get(number), settings.public_url)
        if number in lines:
            yield from _line(there, lines[number], settings, report)
    yield from _account(there, report)


def _line(there: TwilioSetup, line: Line, settings: Settings, report: Report) -> Iterator[Finding]:
    yield from setup.line(line, settings.public_url)
    lacking = list(setup.fallback(line.voice_fallback_url, settings.public_url))
    yield from lacking or _kept(there, line.voice_fallback_url, report)
    yield from setup.region(there.region_of(line.number), settings.twilio_region)
    yield from setup.service(there.service_of(line.number), settings.public_url)


def _kept(there: TwilioSetup, url: str, report: Report) -> Iterator[Finding]:
    kept = there.document_at(url)
    if kept is None:
        report.by_hand.append("The fallback's document could not be fetched: compare it with the one below.")
    elif report.documents:
        yield from setup.kept_document(kept, report.documents[-1].twiml)


def _account(there: TwilioSetup, report: Report) -> Iterator[Finding]:
    balance, calls, texts = there.balance(), there.calls_to(), there.texts_to()
    recordings, analysed = there.has_recordings(), there.analyses_calls()
    yield from setup.balance(balance)
    yield from setup.countries("call", calls)
    yield from setup.countries("text", texts)
    yield from setup.nothing_kept(recordings=recordings, analysed=analysed)
    unread = (
        ("The balance: enough for a month", balance),
        ("Voice, Geographic permissions: Sweden, and nothing else", calls),
        ("Messaging, Geographic permissions: Sweden, and nothing else", texts),
        ("Recordings: there are none", recordings),
        ("Voice Insights: advanced features and voice trace are off", analysed),
    )
    report.by_hand += [f"{what}. It could not be read from here." for what, read in unread if read is None]
