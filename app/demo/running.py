"""The whole line in one process on loopback: doors, engine, a simulated telephone company. Nothing leaves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from app.clock import WallClock
from app.demo.stage import HOST, Stage, a_link_for, play, stage
from app.oncall.duty import duty
from app.programme.apply import current
from app.staff.directory import everyone
from app.staff.keys import key_of
from app.staff.models import Person


def run(
    *, port: int, speed: float, fresh: bool, folder: Path = Path("var"), say: Callable[[str], None] = print
) -> None:
    """Run until Ctrl-C. Data stays for the next time; `fresh` begins with none."""
    with stage(folder, port=port, speed=speed, fresh=fresh) as here:
        play(here, [(here.line(), port), (here.telephones(), port + 1)], lambda: say(_welcome(here, speed)))


def _way_in(session: Session, person: Person, site: str) -> str:
    """A one-time link; but not for whoever holds the key to cases, which a new passphrase would lose."""
    if key_of(session, person):
        return f"{site}/console/sign-in with the passphrase you chose"
    return f"{a_link_for(session, person, site)}   once"


def _welcome(here: Stage, speed: float) -> str:
    site, phones = here.settings.public_url, f"http://{HOST}:{here.port + 1}"
    with here.db.transaction() as session:
        on_call = duty(session, WallClock().now()).on_call or everyone(session)[0]
        alias, way_in = on_call.alias, _way_in(session, on_call, site)
        another = next(one.alias for one in everyone(session) if one.alias != alias)
        number = current(session).programme.numbers[0]
    pace = f" The clock runs {speed:g} times as fast." if speed != 1 else ""
    return f"""
Dygnet is running. Everything happens on this machine; nobody real is called.{pace}

  The telephones   {phones}/           call the line, {number}, and answer as staff
  The public page  {site}/sv/
  The console      {site}/console/
  Sign in as {alias}:
                   {way_in}
  As somebody else, with a link from another terminal in this folder:
                   PUBLIC_URL={site} .venv/bin/dygnet staff link {another}

Try it: open the telephones, call the line, and let nobody answer. Ctrl-C stops; the data stay.
"""
