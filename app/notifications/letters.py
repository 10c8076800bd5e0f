"""Pages by e-mail. A letter is accepted when the mail server has it; nobody says whether it was read."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from app.notifications import wording
from app.notifications.mail import Mail
from app.notifications.messages import Message
from app.notifications.posts import NotTaken, Sent
from app.staff.directory import Directory, Opened
from app.staff.models import Person
from app.telephony.carrier import Trouble

NO_SECURE_LINE: Final = 454
"""SMTP's own code for TLS that is not available, also for one that nobody can vouch for (RFC 3207)."""

_FOR_GOOD: Final = 500


@dataclass
class Letters:
    """Writes to staff by one mail server. `origin`: where the console stands, as in PUBLIC_URL."""

    mail: Mail = field(repr=False)
    directory: Directory = field(repr=False)
    origin: str
    channel: str = "email"
    name: str = "smtp"

    def find(self, session: Session, person: Person) -> Sequence[Opened]:
        """The address the programme file gives them."""
        address = self.directory.email_of(session, person)
        return [Opened("", {"address": address})] if address else ()

    def send(self, message: Message, to: Sequence[Opened]) -> Sent:
        """One letter, over TLS or not at all."""
        if not to:
            raise NotTaken(Trouble.PERMANENT)
        try:
            self.mail.send(
                to[0].about["address"],
                subject=message.subject,
                body=body_of(message, self.origin),
                at=message.sent_at,
                key=message.key,
            )
        except OSError as problem:
            raise trouble_of(problem) from None
        return Sent()


def body_of(message: Message, origin: str) -> str:
    """Each case with its time left and its address, and how to answer; the text alone when it is about no case."""
    if not message.waiting:
        return f"{message.text}\n{origin}{message.path}" if message.path else message.text
    cases = (
        wording.say(message.language, "mail.case", reference=case.reference, left=message.left(case))
        + f"\n{origin}/console/cases/{case.reference}"
        for case in message.waiting
    )
    return "\n\n".join([*cases, wording.say(message.language, "mail.answer")])


def trouble_of(problem: OSError) -> NotTaken:
    """What a mail server's refusal means. Four hundred and something passes; about one reader is about nobody else."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code = next((code for code, _ in problem.recipients.values()), None)
            return NotTaken(Trouble.PERMANENT if code and code >= _FOR_GOOD else Trouble.TRANSIENT, code=code)
        case smtplib.SMTPResponseException():
            lasts = problem.smtp_code >= _FOR_GOOD
            return NotTaken(Trouble.CONFIGURATION if lasts else Trouble.TRANSIENT, code=problem.smtp_code)
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            return NotTaken(Trouble.CONFIGURATION, code=NO_SECURE_LINE)
        case _:
            return NotTaken(Trouble.TRANSIENT, maybe_done=not isinstance(problem, ConnectionRefusedError))
