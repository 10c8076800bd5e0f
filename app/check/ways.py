"""Whether letters, pushes and webhooks get through: what is set up here, who lacks what, who answers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.db import Database
from app.equipment import mail_server
from app.notifications import reach
from app.notifications.letters import trouble_of
from app.oncall.preflight import Finding
from app.programme.schema import Programme, UncontactedStep, UntakenStep
from app.settings import Settings
from app.staff.directory import Directory, everyone
from app.staff.endpoints import wishes
from app.staff.models import EndpointKind
from app.telephony.carrier import Trouble
from app.vault.keyring import Keyring

PATIENCE: Final = 5.0
"""Seconds to wait for a server."""

_TEXTED: Final = "until then these pages go out as texts"


def findings(settings: Settings, db: Database, keyring: Keyring, programme: Programme) -> Iterator[Finding]:
    """What would keep a page from going out by a way that the ladders name or that somebody wishes for."""
    with db.reading() as session:
        named = _named(session, programme)
        lacking = {channel: _who_lacks(session, channel) for channel in named}
        hooks = _hooks(session, Directory(keyring))
    if "email" in named or settings.smtp_url:
        yield from filter(None, [mail(settings)])
    if "push" in named and not keyring.holds("push"):
        yield Finding(serious=False, what="there is no key for web push", do=f"dygnet init; {_TEXTED}")
    for channel, aliases in lacking.items():
        if aliases:
            yield Finding(serious=False, what=f"no {channel} is set up for {', '.join(aliases)}", do=_DO[channel])
    for alias, url in hooks:
        if not _answers(url):
            do = f"look at its address and certificate; {_TEXTED}"
            yield Finding(serious=True, what=f"{alias}'s webhook cannot be connected to", do=do)


_DO: Final = {
    "email": f"write their addresses into the programme file; {_TEXTED}",
    "push": f"each asks for it in the console, at the bottom of any page; {_TEXTED}",
    "webhook": f"write webhook and webhook_secret into the programme file; {_TEXTED}",
}


def mail(settings: Settings) -> Finding | None:
    """What is wrong with the mail server, if anything: knocked at, over TLS, with user and password."""
    server = mail_server(settings)
    if server is None:
        return Finding(serious=False, what="there is no mail server (SMTP_URL)", do=f"set SMTP_URL; {_TEXTED}")
    try:
        server.knock()
    except OSError as problem:
        trouble = trouble_of(problem)
        refuses = trouble.trouble is Trouble.CONFIGURATION
        what = f"the mail server refuses us (code {trouble.code})" if refuses else "the mail server does not answer"
        do = "look at user, password and certificate" if refuses else "look at host and port, and the way there"
        return Finding(serious=True, what=what, do=f"{do} (SMTP_URL); {_TEXTED}")
    return None


def _named(session: Session, programme: Programme) -> Sequence[str]:
    """The channels besides the telephone's that a ladder names or somebody wishes for."""
    routine = programme.routine
    steps: tuple[UntakenStep | UncontactedStep, ...]
    steps = (*routine.untaken, *routine.uncontacted, *routine.acute)
    wanted = {channel.value for step in steps for channel in step.by}
    wanted.update(*(wishes(session, person) for person in everyone(session)))
    return [channel for channel in _DO if channel in wanted]


def _who_lacks(session: Session, channel: str) -> Sequence[str]:
    """Who can be paged and not by this channel, where others can: a way that nobody has taken up is nobody's lack."""
    ways = {person.alias: reach.has(session, person) for person in everyone(session)}
    paged = [alias for alias, has in ways.items() if has]
    lacking = [alias for alias in paged if channel not in ways[alias]]
    return lacking if lacking != paged else []


def _hooks(session: Session, directory: Directory) -> list[tuple[str, str]]:
    """Whose webhooks there are, and where."""
    return [
        (person.alias, hook.about["url"])
        for person in everyone(session)
        for hook in directory.endpoints_of(session, person, EndpointKind.WEBHOOK)
    ]


def _answers(url: str) -> bool:
    """Whether its host takes a connection. Nothing is posted: that would look like a page."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as plain:
            if secure:
                ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
    except OSError:
        return False
    return True
