"""The operator's hand on practice: a line with invented people, for colleagues who want to try."""

from __future__ import annotations

from typing import Annotated

import typer

from app.demo import practising

Port = Annotated[int, typer.Option(help="The line; the telephones are on the next port.", min=1, max=65534)]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin with nothing practised yet.")]


def practise(port: Port = 8100, fresh: Fresh = False) -> None:
    """Practise with invented people: apart from the real line, and every page says so. Nobody real can be reached."""
    practising.practise(port=port, fresh=fresh)
