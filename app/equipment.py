"""What an engine is equipped with, from the settings: a courier, an eye on the carrier, and pen and paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from app.anchoring.stamping import authority
from app.anchoring.streaming import streaming_to
from app.anchoring.witnessing import Witnessing
from app.audit.cosignatures import WitnessKey
from app.audit.note import BadNote
from app.canary import CanaryKeeper
from app.clock import Clock
from app.control.rounds import LogControl
from app.db import Database
from app.errors import Misconfigured
from app.escalation import lost_pages
from app.intake.line import Line
from app.intake.reception import Desk
from app.logkeeper import Anchor, LogKeeper
from app.lookout import Lookout
from app.notifications import mail
from app.notifications.courier import Courier
from app.notifications.hooks import Hooks
from app.notifications.letters import Letters
from app.notifications.links import Links
from app.notifications.mail import Mail
from app.notifications.postman import Postman
from app.notifications.posts import PATIENCE, Nowhere, Post
from app.notifications.pushes import Pushes
from app.notifications.ways import first_way, second_way
from app.programme.apply import current
from app.settings import Settings
from app.staff.directory import Directory
from app.telephony.records import Records
from app.telephony.second import second_carrier, tags_for
from app.telephony.signature import Signatures
from app.telephony.twilio import TwilioCarrier, carrier_for
from app.vault.keyring import Keyring


def first_number(db: Database) -> str:
    """The line's first number as the programme has it now: what texts and calls show."""
    with db.reading() as session:
        return current(session).programme.numbers[0]


def first_carrier(settings: Settings, db: Database) -> TwilioCarrier:
    """The first carrier, under the line's first number. Misconfigured without an account, or without a programme."""
    first_number(db)
    return carrier_for(settings, sender=partial(first_number, db))


def courier_for(settings: Settings, db: Database, clock: Clock, keyring: Keyring, first: TwilioCarrier) -> Courier:
    """The courier that delivers pages, by the second carrier where the first fails."""
    ways = [first_way(first, settings.public_url, first.records)]
    if second := second_carrier(settings, sender=partial(first_number, db)):
        ways.append(second_way(second, settings.public_url, tags_for(settings)))
    bundled = settings.bundle_pages
    at_once = settings.pages_at_once
    return Courier(
        db,
        clock,
        Directory(keyring),
        ways,
        refused=lost_pages.refused,
        bundled=bundled,
        at_once=at_once,
        links=Links(settings.page_links),
    )


def postmen_for(settings: Settings, db: Database, clock: Clock, keyring: Keyring) -> list[Postman]:
    """One for each channel that needs no telephone company; a channel that is not set up refuses every page."""
    directory, origin = Directory(keyring), settings.public_url
    posts: list[Post] = [Hooks(directory, origin)]
    posts.append(Pushes(lambda: keyring.push_keys, directory, origin) if keyring.holds("push") else Nowhere("push"))
    server = mail_server(settings)
    posts.append(Letters(server, directory, origin) if server else Nowhere("email"))
    return [Postman(db, clock, post, codes=directory.code_of, refused=lost_pages.refused) for post in posts]


def mail_server(settings: Settings) -> Mail | None:
    """The mail server of SMTP_URL; None without one."""
    if settings.smtp_url is None:
        return None
    host = urlsplit(settings.public_url).hostname or "localhost"
    return Mail(settings.smtp_url.get_secret_value(), host=host, patience=PATIENCE)


def lookout_for(settings: Settings, db: Database, clock: Clock, keyring: Keyring, records: Records) -> Lookout:
    """The lookout; it needs the key of the index besides that of the duty numbers."""
    tokens = tuple(token.get_secret_value() for token in settings.twilio_auth_token)
    signatures = Signatures(settings.public_url, tokens)
    line = Line(settings.public_url, signatures, desk_for(keyring), Directory(keyring), settings.twilio_edge)
    return Lookout(db, clock, records, line)


def canary_keeper_for(db: Database, clock: Clock, keyring: Keyring) -> CanaryKeeper:
    """Who sends the canary; it is received as the doors receive."""
    return CanaryKeeper(db, clock, desk_for(keyring))


def control_for(db: Database, clock: Clock, keyring: Keyring) -> LogControl:
    """Who looks over what was read of cases."""
    return LogControl(db, clock, lambda: list(keyring.index_keys.values()))


def keeper_for(settings: Settings, db: Database, clock: Clock, keyring: Keyring) -> LogKeeper:
    """Who keeps the log, with the key for it in the keyring, and the witness and the authority that are set."""
    anchors: list[Anchor] = []
    if settings.witness_url and settings.witness_key:
        anchors.append(Witnessing(settings.witness_url, _witness_key(settings.witness_key)))
    if settings.tsa_url and settings.tsa_certificate:
        anchors.append(authority(settings.tsa_url, settings.tsa_certificate))
    stream = None
    if settings.syslog_url:
        us = urlsplit(settings.public_url).hostname or ""
        stream = streaming_to(settings.syslog_url, settings.syslog_ca, us=us)
    return LogKeeper(db, clock, key=lambda: keyring.log_key, origin=keyring.log_name, anchors=anchors, stream=stream)


def _witness_key(line: str) -> WitnessKey:
    try:
        return WitnessKey.parse(line)
    except BadNote as problem:
        raise Misconfigured(f"WITNESS_KEY: {problem}. It is the line that the witness prints when it starts.") from None


def desk_for(keyring: Keyring) -> Desk:
    """A desk of the engine's own, which can receive and open nothing."""
    return Desk.of(keyring)


def letters_for(settings: Settings, db: Database, clock: Clock, keyring: Keyring) -> Callable[[], None] | None:
    """What tells of the carrier's faults by e-mail; None without a mail server."""
    post, directory = mail_server(settings), Directory(keyring)
    if post is None:
        return None

    def write_letters() -> None:
        mail.tell(db, directory, post, at=clock.now())

    return write_letters
