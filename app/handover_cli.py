"""The operator's hand on hand-overs: keys to exchange, packages and receipts as files, and the tool for others."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cases.letters import case_key
from app.cases.models import Case
from app.cases.queries import by_reference, going_on, ids_of_whole
from app.console.dossier import packing
from app.console.reveal import granted
from app.equipment import desk_for
from app.intake.handing_over import take_in
from app.programme.apply import current
from app.programme.knowledge import Knowledge
from app.routing import handover_parcels
from app.routing.handover_directory import Card, partner
from app.routing.handover_tool import TOOL
from app.routing.sealed_letters import LONGEST
from app.settings import Settings, settings_from
from app.terminal import clock, database, show, stop
from app.vault.envelope import PrivateKey
from app.vault.keyfiles import write_whole
from app.vault.keyring import Keyring
from app.vault.staff_keys import ROTA

handover = typer.Typer(help="Handing a person over to another house, sealed.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Out = Annotated[Path, typer.Argument(help="The file to write. It is not overwritten.")]


@handover.command("key")
def key(as_json: AsJson = False) -> None:
    """What another house puts into its programme file to send to this one. Compare the fingerprint by telephone."""
    settings = settings_from()
    card = Card.of(_rota(_keyring(settings)))
    print(json.dumps(asdict(card), indent=2) if as_json else card.lines(settings.public_url))


@handover.command("pack")
def pack(
    case: Annotated[str, typer.Argument(help="The case's reference.")],
    out: Out,
    to: Annotated[str, typer.Option(help="The receiver, by the id in the programme file.")],
    as_json: AsJson = False,
) -> None:
    """Pack what was last decided to be told to a receiver, sealed to them. The case stays ours until they accept."""
    settings, now = settings_from(), clock().now()
    keyring = _keyring(settings)
    _insist_it_can_be_written(out)
    with database(settings) as db:
        with db.transaction() as session:
            whole = _case(session, case)
            partner(current(session).knowledge, to)  # nothing is opened for a receiver that there is not
            whole.log("case.revealed", by="operator", at=now, because="handover", what="leaving", via="handover")
        with db.transaction() as session:
            package = _packed(session, going_on(session, whole.id), keyring, to, at=now)
    write_whole(out, package.pop("text"), mode=0o600)
    show({"file": str(out), **package}, as_json=as_json)


@handover.command("open")
def open_file(file: Annotated[Path, typer.Argument(help="A package, or a receipt.")], as_json: AsJson = False) -> None:
    """Take in a package, which becomes a case, or a receipt. What is in a package is read in the console."""
    settings = settings_from()
    text = _text_of(file)
    with database(settings) as db:
        taken = take_in(db, desk_for(Keyring.load(settings.keys_dir, private=("index",))), text, at=clock().now())
    told = {"package": taken.package, "digest": taken.digest, "case": taken.reference, "new": taken.is_new}
    show(dict(told), as_json=as_json)


@handover.command("receipt")
def receipt(package: Annotated[str, typer.Argument(help="The package's id.")], out: Out) -> None:
    """Write the receipt for a package that was answered in the console, to be carried back."""
    _insist_it_can_be_written(out)
    with database(settings_from()) as db, db.reading() as session:
        found = handover_parcels.parcel(session, package, handover_parcels.RECEIPT)
    if found is None:
        stop(f"package {package} has not come here, or nobody has answered it: somebody who has the case does")
    write_whole(out, found.text, mode=0o600)
    print(out)


@handover.command("tool")
def tool(out: Out) -> None:
    """Write the program with which a receiver without Dygnet makes keys, opens packages and answers them."""
    _insist_it_can_be_written(out)
    write_whole(out, TOOL.read_text("utf-8"), mode=0o644)
    print(out)


def _keyring(settings: Settings) -> Keyring:
    if settings.staff_hold:
        stop("only staff can open cases here, and only who can open a case can hand it over: do it in the console")
    return Keyring.load(settings.keys_dir, private=(ROTA,))


def _rota(keyring: Keyring) -> PrivateKey:
    return keyring.private(ROTA, keyring.public(ROTA).key_id)


def _case(session: Session, reference: str) -> Case:
    case = by_reference(session, reference)
    if case is None:
        stop("there is no such case")
    return going_on(session, case.id)


def _packed(session: Session, case: Case, keyring: Keyring, to: str, *, at: datetime) -> dict[str, str]:
    cases = ids_of_whole(session, case)
    keys = {id_: case_key(session, id_, keyring.private(ROTA, granted(session, id_)[-1])) for id_ in cases}
    knowledge: Knowledge = current(session).knowledge
    decided = packing.newest_for(session, cases, keys, to)
    rota, by = _rota(keyring), decided.by
    sent = packing.packed(session, case, cases, keys, decided.id, knowledge, rota=rota, by=by, actor="operator", at=at)
    carried = handover_parcels.parcel(session, sent.id, handover_parcels.PACKAGE)
    if carried is None:
        stop("the package is gone: it was answered meanwhile")
    return {"text": carried.text, "package": sent.id, "digest": sent.digest}


def _text_of(file: Path) -> str:
    """No more of it than a text may have, and a letter that makes it too long."""
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(LONGEST + 1)
    except UnicodeDecodeError:
        stop(f"{file} is neither a package nor a receipt: those are plain text. Fetch it again from whoever sent it")


def _insist_it_can_be_written(path: Path) -> None:
    if path.exists():
        stop(f"{path} exists already and is not overwritten")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        stop(f"{path} cannot be written: there is no folder {path.parent}, or you may not write in it")
