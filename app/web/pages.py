"""Pages made on the server, and the cookie a signed-in browser carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response


class Pages:
    """A folder of Jinja2 templates: everything is escaped, and a name nobody gave is an error."""

    def __init__(self, folder: Path, **everywhere: object) -> None:
        """`everywhere` are names that all templates of the folder know."""
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.globals.update(everywhere)

    def answer(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The filled-in template as a response."""
        return HTMLResponse(self.environment.get_template(template).render(values), status_code=status)


@dataclass(frozen=True)
class Cookie:
    """A cookie that only our own pages send back and no script reads.

    Over https the name carries `__Host-`, so that no sister host can plant it.
    """

    name: str
    https: bool

    @property
    def wire_name(self) -> str:
        """The name the browser knows."""
        return f"__Host-{self.name}" if self.https else self.name

    def read(self, request: Request) -> str | None:
        """What the browser sent, unchecked."""
        return request.cookies.get(self.wire_name)

    def give(self, response: Response, value: str, *, lasts: timedelta | None = None) -> None:
        """Set it; without `lasts` it goes when the browser closes."""
        seconds = None if lasts is None else int(lasts.total_seconds())
        response.set_cookie(
            self.wire_name, value, max_age=seconds, path="/", secure=self.https, httponly=True, samesite="strict"
        )
