"""Every door there is: each route of each face, found the only way that finds them all, and a way to knock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from app.main import Doors
from app.telephony.signature import signature_of
from tests.hotline import ACCOUNT, PUBLIC_URL

FORM = "application/x-www-form-urlencoded"
HEADER = "X-Twilio-Signature"
_DECORATED = re.compile(
    r"^@router\.(get|post|put|patch|delete)\(|^    face\.(get|post)\(|face\.add_api_route\(", re.MULTILINE
)
NOBODYS = "0" * 32
_PARAMETER = re.compile(r"{(\w+)}")


class Door(NamedTuple):
    """One address and one way to ask for it; `static` is a folder of files."""

    face: str
    method: str
    path: str
    static: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, **values: str) -> str:
        """The address with its parameters filled in; those that are not given are ids that nothing has."""
        return _PARAMETER.sub(lambda name: values.get(name[1], NOBODYS), self.path)


def faces(app: Doors) -> dict[str, FastAPI]:
    """The apps behind one address, by name."""
    return {"health": app.health} | {surface.value: face for surface, face in app.surfaces.items()}


def every_door(app: Doors) -> list[Door]:
    """All of them. `app.routes` would not do: since FastAPI 0.165 it hides what `include_router` brought in."""
    return [door for name, face in faces(app).items() for door in _doors(name, face)]


def _doors(name: str, face: FastAPI) -> Iterator[Door]:
    for context in iter_route_contexts(face.routes):
        route: BaseRoute = context.original_route
        if isinstance(route, Mount):
            yield Door(name, "GET", route.path, static=True)
        else:
            yield from (
                Door(name, method, context.path or "") for method in sorted(context.methods or ()) if method != "HEAD"
            )


def doors_in_the_source() -> int:
    """How many routes the source names: counted by other means, so that a walk that sees nothing is noticed."""
    rooms = (*Path("app/intake").rglob("*.py"), *Path("app/console").rglob("*.py"), Path("app/health.py"))
    return sum(len(_DECORATED.findall(room.read_text("utf-8"))) for room in rooms)


def signed(url: str, fields: Mapping[str, str], *, token: str = ACCOUNT.auth_token) -> dict[str, str]:
    """The headers with which the carrier would post these fields to this address."""
    return {HEADER: signature_of(token.encode(), url, fields.items()).decode(), "content-type": FORM}


def whole(path: str) -> str:
    """The address as the carrier knows it."""
    return PUBLIC_URL + path
