"""A browser is never looked at before what is looked for can be there: `expect` waits for it, an `assert` does not.

On a slow machine a page that is asked too early answers with what stood there before. Such a test fails once in some
hundred runs, and then a whole day's work is refused. `DYGNET_SLOWLY` (`tests/slowly.py`) finds what this cannot see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

AT_ONCE: Final = frozenset(
    "all all_inner_texts all_text_contents bounding_box content count get_attribute inner_html inner_text input_value "
    "is_checked is_disabled is_enabled is_hidden is_visible text_content title url".split()
)
"""What answers with what is there now."""

BEGINS: Final = frozenset("click press tap".split())
"""What may begin the way to another page, and does not wait until it is there."""

NEEDS_ALL: Final = AT_ONCE | frozenset("evaluate faults glance go_back goto look pdf reload well_made".split())
"""What looks at a page, or leaves it, and may not come right after that. `onward` and `another_page` wait."""

BROWSERS: Final = sorted(
    path for path in Path("tests").rglob("*.py") if "from playwright.sync_api" in path.read_text("utf-8")
)


def looks_at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """Every look that cannot wait, within an assertion."""
    for claim in ast.walk(tree):
        if isinstance(claim, ast.Assert):
            yield from (look for look in ast.walk(claim.test) if _is_a_look(look))


def right_after(tree: ast.AST) -> Iterator[ast.AST]:
    """Every line that looks at a page or leaves it, where the line before may have begun the way to another."""
    for before, line in chain.from_iterable(map(pairwise, _blocks(tree))):
        if isinstance(before, ast.Expr) and _begins(before.value) and NEEDS_ALL & set(_names(line)):
            yield line


def test_whoever_looks_waits_for_what_is_looked_for() -> None:
    early = [f"{path}:{line}" for path in BROWSERS for line in _early(ast.parse(path.read_text("utf-8")))]
    assert early == [], "use expect(...), or onward() or another_page() of tests/looked_at.py"


def test_it_sees_what_it_is_for() -> None:
    early = ast.parse('page.click("a")\nassert page.locator("p").count() == 1\npage.press("b")\nwell_made(page)')
    assert [look.lineno for look in looks_at_once(early)] == [2]
    assert [line.lineno for line in right_after(early)] == [2, 4]
    assert not [*right_after(ast.parse('onward(page, "a")\nwell_made(page)'))]


def _early(tree: ast.AST) -> list[int]:
    return sorted({line.lineno for line in (*looks_at_once(tree), *right_after(tree))})


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        parts = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
        yield from (part for part in parts if isinstance(part, list))


def _begins(call: ast.expr) -> bool:
    """Of the keys, Enter and those with Alt lead on; Tab and the arrows only move within a page."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="keyboard")), args=[key, *_]):
            return isinstance(key, ast.Constant) and str(key.value).startswith(("Enter", "Alt"))
    return _name(call) in BEGINS


def _is_a_look(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in AT_ONCE - {"url"} and not _of_bytes(node)
    return isinstance(node, ast.Attribute) and node.attr == "url"


def _of_bytes(call: ast.Call) -> bool:
    """`count` of what is within a file, not of what is on a page."""
    return any(isinstance(one, ast.Constant) and isinstance(one.value, bytes) for one in call.args)


def _names(line: ast.stmt) -> Iterator[str]:
    yield from (_name(node) for node in ast.walk(line) if isinstance(node, ast.Call | ast.Attribute))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
