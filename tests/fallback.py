"""An operator who does as `dygnet check --carrier` says: keeps the three documents there, and sets the last."""

from __future__ import annotations

from dataclasses import replace

from app.check import Report, looked_over
from app.intake.fallback import ADDRESS_OF
from tests.hotline import Hotline
from tests.people import LINE


def report(line: Hotline) -> Report:
    """What the operator sees."""
    return looked_over(line.settings, line.db, at=line.now, also_carrier=True)


def keep_the_fallback(line: Hotline) -> str:
    """Keep the documents as they are printed, each under an address of its own. Returns the address of the last."""
    addresses: dict[str, str] = {}
    for document in report(line).documents:
        twiml = document.twiml
        for name, address in addresses.items():
            twiml = twiml.replace(ADDRESS_OF.format(name=name), address)
        assert "address-of" not in twiml
        addresses[document.name] = f"{line.switchboard.url}/twiml/EH{document.name}"
        line.exchange.host(addresses[document.name], twiml)
    set_line(line, voice_fallback_url=addresses["fallback"])
    return addresses["fallback"]


def set_line(line: Hotline, **settings: object) -> None:
    """Change what is set for the line's number."""
    line.exchange.lines[LINE] = replace(line.exchange.lines[LINE], **settings)
