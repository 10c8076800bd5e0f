"""Structured logs that refuse personal data.

A log line is an event name and a few named values, as one JSON object on standard error. Names of
values come from a short list (`ALLOWED`); anything that looks like a telephone number or an e-mail
address is struck out wherever it stands, in our lines and in those of the libraries, tracebacks included.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

ALLOWED: Final = frozenset(
    "action attempts carrier case channel code count due_at error kind lateness_s method name port reference retry_at "
    "round_s route seconds speed staff status step surface version".split()
)
_NUMBER = re.compile(
    r"(?:\+|%2[Bb])\d(?:[\s()/.-]*\d){6,}"  # with a country code, wherever it stands: `tel:+46…`, `To=%2B46…`
    r"|(?<![\w.-])(?<!\d:)\d(?:[\s()/.-]*\d){7,}(?![\w:-])"  # any other long run of digits, but no moment and no id
)
_ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+\.[\w.]+")
_LOUD_LIBRARIES = ("twilio", "urllib3", "uvicorn.access", "alembic", "multipart", "python_multipart")


def scrub(text: str) -> str:
    """The same text without anything that could be a telephone number or an e-mail address."""
    return _ADDRESS.sub("<address>", _NUMBER.sub("<number>", text))


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, values. Refuses what is not on the list."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": scrub(record.getMessage()),
        }
        values = getattr(record, "values", {})
        line |= {name: _plain(value) for name, value in values.items()}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _places(record)
        return json.dumps(line, ensure_ascii=False)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool | None) else scrub(str(value))


def _places(record: logging.LogRecord) -> list[str]:
    """Where it went wrong, as file and line only: an exception's text may quote its input."""
    places = []
    step = record.exc_info[2] if record.exc_info else None
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return places[-8:]


class Log:
    """A named log whose lines take only values from the allowed list."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"dygnet.{name}")

    def info(self, event: str, **values: object) -> None:
        self._write(logging.INFO, event, values)

    def warning(self, event: str, **values: object) -> None:
        self._write(logging.WARNING, event, values)

    def error(self, event: str, *, problem: BaseException | None = None, **values: object) -> None:
        self._write(logging.ERROR, event, values, problem)

    def _write(
        self, level: int, event: str, values: Mapping[str, object], problem: BaseException | None = None
    ) -> None:
        if strangers := set(values) - ALLOWED:
            raise ValueError(f"a log line may not carry {', '.join(sorted(strangers))}: see app/logs.py")
        exc_info = (type(problem), problem, problem.__traceback__) if problem else None
        self._logger.log(level, event, extra={"values": values}, exc_info=exc_info)


def start(level: str = "INFO") -> None:
    """Send every log line of this process through `JsonLines`; quiet the libraries that quote requests."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _LOUD_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(
        logging.ERROR
    )  # a tick skipped because the last one still runs is no news
    logging.getLogger("uvicorn.access").disabled = True
