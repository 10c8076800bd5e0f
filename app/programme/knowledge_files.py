"""Putting `[knowledge]` together from the programme file and the files it includes.

    [knowledge]
    include = ["stockholm", "ours.toml"]

A word names knowledge that Dygnet ships (`examples/`), a name that ends in `.toml` a file beside this one. An included
file holds what would stand below `[knowledge]`, and may include others. No row may stand in two of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.errors import Misconfigured
from app.programme.fields import quoted, spoken

EXAMPLES = Path(__file__).with_name("examples")
MINIMAL = "minimal"
"""What a programme knows that says nothing of its own."""

Raw = dict[str, Any]


def with_included(file: Raw, path: Path) -> Raw:
    """The raw programme file with its knowledge in one piece. Misconfigured when it does not fit together."""
    knowledge = file.get("knowledge")
    if not isinstance(knowledge, dict):
        return file
    together: Raw = {}
    origin: dict[str, str] = {}
    for name, part in _parts(knowledge, path, "knowledge", {path.resolve()}):
        _lay_in(together, part, name, origin)
    return {**file, "knowledge": together}


def shipped(name: str) -> Raw:
    """The knowledge of an example, raw and in one piece."""
    path = _found(name, EXAMPLES, f"examples/{name}")
    whole: Raw = with_included({"knowledge": {"include": [name]}}, path.with_name("none.toml"))["knowledge"]
    return whole


def ids_in(file: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The ids of every kind of row in a raw file, however wrong the rest of it may be."""
    knowledge = file.get("knowledge")
    tables = knowledge.items() if isinstance(knowledge, dict) else ()
    return {kind: frozenset(rows) for kind, rows in tables if isinstance(rows, dict)}


def _parts(raw: Raw, path: Path, where: str, seen: set[Path]) -> Iterator[tuple[str, Raw]]:
    """Every part with the name of its file: what is included first, each file once."""
    included = raw.get("include", [])
    if not isinstance(included, list) or not all(isinstance(name, str) for name in included):
        raise Misconfigured(f'{path}: {where}.include must be a list of names, such as ["stockholm", "ours.toml"]')
    for name in included:
        other = _found(name, path.parent, f"{path}: {where}.include")
        if other.resolve() not in seen:
            seen.add(other.resolve())
            yield from _parts(toml_in(other), other, other.name, seen)
    yield path.name, {key: value for key, value in raw.items() if key != "include"}


def _found(name: str, folder: Path, where: str) -> Path:
    if name.endswith(".toml"):
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise Misconfigured(f"{where}: there is no file {quoted(name)} beside it; put it there, or take it out")
        return path
    path = EXAMPLES / f"{name}.toml"
    known = sorted(example.stem for example in EXAMPLES.glob("*.toml"))
    if name not in known:
        raise Misconfigured(
            f"{where}: Dygnet ships no knowledge called {quoted(name)}; "
            f"use {spoken(known)}, or a name that ends in .toml"
        )
    return path


def toml_in(path: Path) -> Raw:
    """What stands in a file. Misconfigured, naming it, when it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise Misconfigured(f"{path} cannot be read: is it there, and may this user read it?") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as problem:
        raise Misconfigured(f"{path} is not TOML: {problem}") from None


def _lay_in(together: Raw, part: Raw, name: str, origin: dict[str, str]) -> None:
    """Add one file's part; tables grow, and whatever else stands in two files is refused."""
    for kind, value in part.items():
        rows = value if isinstance(value, dict) and kind != "municipality" else None
        for key in [kind] if rows is None else [f"{kind}.{id_}" for id_ in rows]:
            if key in origin:
                raise Misconfigured(f"knowledge.{key} stands in {origin[key]} and in {name}; keep one of them")
            origin[key] = name
        together[kind] = value if rows is None else {**together.get(kind, {}), **rows}
