"""Two houses that hand people over to each other: a line each, with a database, keys and a staff of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.db import Database
from app.intake.handing_over import TakenIn, take_in
from app.intake.public import create_public
from app.programme.apply import apply, read
from app.routing import handover_parcels
from app.routing.handover_models import Parcel
from app.routing.sealed_letters import signing_key
from app.vault.keyring import Keyring
from tests import people
from tests.at_work import AtWork
from tests.console.office import Office, take
from tests.dossiers import A_CONSENT, CONDITIONS, WANTS_OUT, Desk, link_in
from tests.serving import served

SAYS = "Räven på Tallåsvägen hotar henne"


def signs_with(keys: Path) -> str:
    """The public half of what a house signs with."""
    rota = Keyring.load(keys, private=("rota",)).private("rota")
    return base64.b64encode(signing_key(rota).public_key().public_bytes_raw()).decode()


def card(name: str, keys: Path, address: str | None = None) -> str:
    """A house as another's programme file names it."""
    rota = Keyring.load(keys).public("rota")
    lines = [f'[knowledge.receiver.{name}]\nname = "{name}"\nconsent = "other_municipality"']
    lines += [f"[knowledge.receiver.{name}.handover]"]
    lines += [f'seals_to = "{rota.key_id}:{base64.b64encode(rota.raw).decode()}"']
    lines += [f'signs_with = "{signs_with(keys)}"', *([f'address = "{address}"'] if address else [])]
    return "\n".join(lines) + "\n"


class House(AtWork):
    """One of the two. `partner` is what the other calls it."""

    def __init__(self, name: str, db: Database, folder: Path) -> None:
        self.name, self.db, self.folder = name, db, folder
        folder.mkdir(exist_ok=True)
        Keyring.create(folder / "keys")
        self.knows()
        self.office = Office(db, folder / "keys")

    def knows(self, *others: tuple[House, str | None]) -> None:
        """Bring the programme in, with the keys of the others as they were exchanged."""
        told = "".join(other.card(address) for other, address in others)
        programme = self.folder / "programme.toml"
        programme.write_text(f'{people.PROGRAMME}\n[knowledge]\ninclude = ["minimal"]\n{told}')
        duty = Keyring.load(self.folder / "keys").public("duty")
        with self.db.transaction() as session:
            apply(session, read(programme), at=people.MONDAY, by="operator", duty=duty)

    @property
    def signs_with(self) -> str:
        return signs_with(self.folder / "keys")

    def card(self, address: str | None = None) -> str:
        """What the other puts into its programme file."""
        return card(self.name, self.folder / "keys", address)

    def taken(self, taken: TakenIn) -> Desk:
        """Anna takes the case that a package became."""
        take(self.office.browser("anna"), taken.reference)
        return self.desk(taken.reference)

    def takes_in(self, text: str) -> TakenIn:
        return take_in(self.db, self.office.desk, text, at=self.office.now)

    def carried(self, what: str) -> str:
        """The newest text of a kind that is to be carried."""
        with self.db.reading() as session:
            found = session.query(Parcel).filter(Parcel.what == what).order_by(Parcel.at.desc()).first()
            assert found
            return handover_parcels.parcel(session, found.package_id, what).text

    @contextmanager
    def public(self) -> Iterator[str]:
        """Its public pages on a socket."""
        office = self.office
        line = {"public_url": "https://linjen.example.org", "line_number": people.LINE}
        with served(create_public(self.db, office.clock, office.desk, **line)) as origin:
            yield origin


def packed(desk: Desk, to: str, *fields: str) -> str:
    """Anna writes down a consent and what leaves, and packs it; the sheet that answers."""
    desk.screen(**WANTS_OUT)
    scope = dict.fromkeys((f"scope.{each}" for each in ("threat", "needs", *fields)), "yes")
    desk.do("consents", **A_CONSENT | {"to": "other_municipality"}, **scope)
    told = {"receiver": to, "basis": "consent", "reason": "Hon flyttar dit", "field.threat": SAYS}
    sheet = desk.do("disclosures", **told, **CONDITIONS, **dict.fromkeys((f"field.{each}" for each in fields), "yes"))
    return desk.do("handovers", disclosure=link_in(sheet, r"disclosures/(\w+)/paper"))
