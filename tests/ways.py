"""The line with more ways to its staff than telephones: a mail server, a push service, somebody's webhook."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from app.notifications.models import Notification
from tests import people
from tests.hotline import Hotline, hidden_fields
from tests.receivers import Browser, Receiver

SECRET = "hemligheten-som-bara-porten-och-vi-har"
ADDRESSES = {name: f"{name}@example.org" for name in ("anna", "bo", "carin", "dag")}


def programme(*, by: str, webhook: str = "", secret: str = SECRET) -> str:
    """The usual routine, but the first step pages by these ways; everybody has an address, Anna may have a webhook."""
    text = people.PROGRAMME.replace('by = ["sms", "push"]', f"by = {by}")
    for name, address in ADDRESSES.items():
        text = text.replace(f'alias = "{name}"', f'alias = "{name}"\nemail = "{address}"')
    hook = f'alias = "anna"\nwebhook = "{webhook}"\nwebhook_secret = "{secret}"'
    return text.replace('alias = "anna"', hook) if webhook else text


def told(line: Hotline, **settings: object) -> None:
    """Other settings; every process starts again."""
    line.settings = line.settings.model_copy(update=settings)
    line.start()


def subscribe(line: Hotline, alias: str, service: Receiver, path: str = "/p/1") -> Browser:
    """Somebody signs in and lets their browser be pushed to, as push.js does it."""
    browser, page = Browser(service.url + path), line.sign_in(alias)
    assert send(page, "browsers", **browser.subscription) == 200
    return browser


def send(page: TestClient, what: str = "", **fields: str) -> int:
    """A form on the page of their channels; the status they see."""
    token = hidden_fields(page.get("/console/channels").text)["csrf"]
    address = f"/console/channels/{what}" if what else "/console/channels"
    return page.post(address, data={"csrf": token, **fields}).status_code


def pages(line: Hotline, *, alias: str = "anna") -> list[tuple[str, str]]:
    """Every page to somebody: by which channel, and what became of it."""
    with line.db.reading() as session:
        rows = session.scalars(select(Notification).order_by(Notification.queued_at, Notification.channel))
        return [(row.channel, row.trouble or row.state) for row in rows if row.person.alias == alias]
