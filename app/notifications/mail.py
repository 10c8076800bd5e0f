"""An alarm by e-mail: the way that needs no telephone company, for when that is what is wrong.

Says no more than the alarm by text does, to whoever would have got it by text. Always over TLS: with `smtps://` from
the start, with `smtp://` by STARTTLS before anything is said. A letter that cannot be handed over is tried again.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import Select, select

from app.audit.log import record
from app.catalogue import FIRST_LANGUAGE
from app.db import Database
from app.logs import Log
from app.notifications import alarms, wording
from app.notifications.faults import Fault
from app.staff.directory import Directory
from app.staff.models import ChannelKind, Person

_PORTS: Final = {"smtp": 587, "smtps": 465}
_log = Log("mail")


class Mail:
    """A mail server that takes our letters. `url` as in SMTP_URL: scheme, user and password, host and port."""

    def __init__(self, url: str, *, host: str, patience: float = 10.0, context: ssl.SSLContext | None = None) -> None:
        """`host`: our own, for the sender's address where the user's name is none. `patience` in seconds."""
        self._parts = urlsplit(url)
        self._user = unquote(self._parts.username or "")
        self._sender = self._user if "@" in self._user else f"dygnet@{host}"
        self._patience = patience
        self._context = context or ssl.create_default_context()

    def send(self, to: str, *, subject: str, body: str, at: datetime, key: str = "") -> None:
        """Hand over one letter. OSError (SMTPException is one) when the server does not take it.

        The same `key` makes the same Message-ID: most readers then show a letter that came twice once.
        """
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, to, subject
        letter["Date"] = format_datetime(at)
        domain = self._sender.partition("@")[2]
        letter["Message-ID"] = f"<{key}@{domain}>" if key else make_msgid(domain=domain)
        letter["Auto-Submitted"] = "auto-generated"  # no out-of-office answers (RFC 3834)
        letter.set_content(body)
        with self._let_in() as server:
            server.send_message(letter)

    def knock(self) -> None:
        """Sign in and leave. OSError when that fails."""
        with self._let_in():
            pass

    @contextmanager
    def _let_in(self) -> Iterator[smtplib.SMTP]:
        with self._connected() as server:
            if self._user:
                server.login(self._user, unquote(self._parts.password or ""))
            yield server

    def _connected(self) -> smtplib.SMTP:
        host, port = self._parts.hostname or "", self._parts.port or _PORTS[self._parts.scheme]
        if self._parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=self._patience, context=self._context)
        server = smtplib.SMTP(host, port, timeout=self._patience)
        try:
            server.starttls(context=self._context)
        except BaseException:
            server.close()
            raise
        return server


def tell(db: Database, directory: Directory, mail: Mail, *, at: datetime) -> int:
    """Write to the coordinators about every fault that nobody has been written to about. How many letters went out."""
    with db.reading() as session:
        untold = session.scalars(_untold()).all()
        hearers = alarms.hearers(session, ChannelKind.EMAIL) if untold else []
        letters = [(person, directory.email_of(session, person)) for person in hearers]
    sent = sum(_write(mail, person, address, at=at) for person, address in letters if address)
    if sent:
        with db.transaction() as session:
            for fault in session.scalars(_untold()).all():
                fault.mailed_at = at
            record(session, at=at, by="engine", action="page.accepted", because="alarm.carrier", channel="email")
    return sent


def _untold() -> Select[Fault]:
    told_by_text = ("email", "push", "webhook")  # what is wrong with letters cannot be told by one
    return select(Fault).where(Fault.over_at.is_(None), Fault.mailed_at.is_(None), Fault.channel.not_in(told_by_text))


def _write(mail: Mail, person: Person, address: str, *, at: datetime) -> bool:
    language = person.languages[0] if person.languages else FIRST_LANGUAGE
    try:
        mail.send(
            address,
            subject=wording.say(language, "mail.subject"),
            body=wording.say(language, "alarm.carrier"),
            at=at,
        )
    except OSError as problem:
        _log.error("an alarm could not be sent by e-mail", problem=problem, staff=person.alias)
        return False
    return True
