"""The line with a second carrier: the same telephones, another wire."""

from __future__ import annotations

from pydantic import SecretStr
from sqlalchemy import select

from app.notifications.models import Detour, Notification, Try
from app.simulator.elks import Elks, ElksAccount
from app.simulator.elks_rest import create_elks
from app.simulator.phones import Phone, Text
from app.simulator.rest import create_rest
from app.telephony.second import sms_address
from tests import people
from tests.hotline import Hotline

NUMBER = "+46846500401"
"""What texts and calls of the second carrier show."""

ACCOUNT = ElksAccount("u" + "0" * 32, "the-password-of-the-account")
A_SOUND = b"RIFF\x04\x00\x00\x00WAVE"


def add_second_carrier(line: Hotline) -> Elks:
    """From now on the line has one, and its processes know."""
    settings = {
        "elks_username": ACCOUNT.username,
        "elks_password": (SecretStr(ACCOUNT.password),),
        "elks_api_url": f"{line.switchboard.url}/elks",
        "elks_number": NUMBER,
    }
    line.settings = line.settings.model_copy(update=settings)
    elks = Elks(line.exchange, ACCOUNT)
    elks.sell_number(NUMBER, sms_url=sms_address(line.settings))
    wire = create_rest(line.exchange)
    wire.mount("/elks", create_elks(elks))
    line.switchboard.app = wire
    line.start()
    return elks


def bring_recordings(line: Hotline, *languages: str) -> None:
    """The programme brings recordings of what a paged telephone says, in these languages."""
    for language in languages:
        folder = line.folder / "audio" / language
        folder.mkdir(parents=True)
        for key in ("page.waits", "page.taken", "page.already_taken", "page.passed"):
            (folder / f"{key}.wav").write_bytes(A_SOUND + f"{language} {key}".encode())
    line.apply(people.PROGRAMME.replace("[programme]", '[programme]\naudio = "audio"'))


def texts_by(phone: Phone, carrier: str) -> list[Text]:
    """The texts that this carrier brought to a phone."""
    return [text for text in phone.inbox if text.brought_by == carrier]


def tries(line: Hotline) -> list[tuple[str, str, str]]:
    """Who was told, by which channel and which carrier; oldest first."""
    with line.db.reading() as session:
        rows = session.execute(
            select(Notification, Try).join(Try, Try.notification_id == Notification.id).order_by(Try.at, Try.nth)
        ).all()
        return [(page.person.alias, page.channel, each.carrier) for page, each in rows]


def stand_ins(line: Hotline) -> list[tuple[Notification, Notification]]:
    """The pages that went another way, and what went in their place."""
    with line.db.reading() as session:
        detours = session.scalars(select(Detour).order_by(Detour.at)).all()
        return [
            (session.get_one(Notification, each.page_id), session.get_one(Notification, each.instead_id))
            for each in detours
        ]
