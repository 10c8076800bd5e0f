"""Two visits in a real browser, from the first page to the last: a coordinator's morning and an auditor's.

Each is made by keyboard on a telephone; and with a mouse at a desk, when pictures are wanted.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import update

from app.audit import sequencer
from app.audit.note import Signer
from app.notifications.models import Notification
from app.vault.keyring import Keyring
from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.console.test_morning import reached_by
from tests.looked_at import PICTURES, another_page, well_made

__all__ = ["office"]

ORIGIN = "linjen.example.org/log"
ON_A_PHONE, AT_A_DESK = 390, 1280
WIDTHS = (ON_A_PHONE, AT_A_DESK) if PICTURES else (ON_A_PHONE,)
"""At the desk when somebody wants the pictures of it: the rest of the house's pages are looked at there anyway."""


def press(thing: Locator, width: int) -> None:
    """Do what a button or link does: by keyboard on the telephone, with the mouse at the desk."""
    if width == ON_A_PHONE:
        thing.page.wait_for_load_state()  # what a page does by itself when it opens may take the focus away
        thing.press("Space" if thing.get_attribute("type") in ("radio", "checkbox") else "Enter")
    else:
        thing.click()


def turn(thing: Locator, width: int) -> None:
    """Press what leads to another page, and stand there."""
    with another_page(thing.page):
        press(thing, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_coordinators_morning_ends_when_every_part_is_empty(chromium: Browser, office: Office, width: int):
    silent = reached_by(office, "anna")
    office.clock.at += timedelta(days=8)
    broken = office.approach().reference
    arrived = {"state": "delivered", "accepted_at": office.now, "settled_at": office.now}
    office.later(hours=24, minutes=1)
    office.clock.at += timedelta(minutes=20)
    with office.db.transaction() as session:
        session.execute(update(Notification).where(Notification.channel != "call").values(arrived))
    page = desk(chromium, office, "carin", width=width, night=width == ON_A_PHONE)
    page.goto("/console/")
    turn(page.locator("a[href='/console/morning']").first, width)
    expect(page.locator("h1")).to_have_text("Morgonens genomgång")
    well_made(page, f"morning-{width}")
    for part, reference in (("unexplained", broken), ("undecided", silent), ("silent", silent)):
        expect(section(page, part)).to_contain_text(reference)
    expect(section(page, "unanswered")).to_contain_text("larm utan svar")

    turn(section(page, "unexplained").locator("a.reference"), width)
    press(page.locator("input[name=breach]").first, width)
    turn(page.locator("form[action$='/breach'] button[type=submit]"), width)
    expect(page.locator("section[aria-labelledby=breach]")).to_contain_text("carin")
    page.goto("/console/morning")
    expect(section(page, "unexplained")).to_contain_text("Varje brutet löfte har en orsak")
    turn(section(page, "undecided").locator("a.reference"), width)
    expect(page.locator("#side")).to_contain_text("Rådgivning")
    well_made(page, f"morning-undecided-{width}")
    page.context.close()


def section(page: Page, part: str) -> Locator:
    return page.locator(f"section[aria-labelledby={part}]")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_auditor_reads_the_log_takes_it_away_and_verifies_it_with_the_file_that_came_along(
    chromium: Browser, office: Office, keys: Path, tmp_path: Path, width: int
):
    reached_by(office, "anna")
    with office.db.transaction() as session:
        sequencer.sequence(session, at=office.now)
        key = Keyring.load(keys, private=("audit",)).log_key
        sequencer.checkpoint(session, key, at=office.now, origin=ORIGIN)
    own_key = str(Signer(ORIGIN, key).verifier_key)
    page = desk(chromium, office, "eva", width=width, night=width == ON_A_PHONE)
    page.goto("/console/")
    expect(page.locator("h1")).to_have_text("Loggen")
    expect(page.locator("section[aria-labelledby=tree]")).to_contain_text("stämmer med det som finns lagrat")
    well_made(page, f"log-{width}")
    page.select_option("#away-because", "oversight")
    with page.expect_download() as leaving:
        press(page.locator("form[action$='/exports'] button"), width)
    leaving.value.save_as(tmp_path / "log.zip")
    folder = unpacked(tmp_path / "log.zip")
    answer = verified(folder, own_key)
    assert answer.returncode == 0, answer.stdout + answer.stderr

    events = folder / "events.csv"
    events.write_text(events.read_text().replace("anna", "bo"))
    forged = verified(folder, own_key)
    assert forged.returncode != 0, forged.stdout
    note = (folder / "checkpoint").read_text()
    press(page.locator("details:has(#checkpoint) > summary"), width)
    page.fill("#checkpoint", note)
    turn(page.locator("form[action$='/verifications'] button"), width)
    expect(page.locator("section[aria-labelledby=tree]")).to_contain_text("av eva")
    page.context.close()


def unpacked(file: Path) -> Path:
    with zipfile.ZipFile(file) as packed:
        packed.extractall(file.parent)
    return file.parent / "dygnet-log"


def verified(folder: Path, key: str) -> subprocess.CompletedProcess[str]:
    """With nothing of ours but the file in the folder: Python without our packages, and another folder to stand in."""
    command = [sys.executable, "-I", str(folder / "verify_log.py"), str(folder), "--key", key]
    return subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)
