"""The verifier as the one file that ships in every export: its modules one after another, their imports on top."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import Final

NAME: Final = "verify_log.py"
_LISTS: Final = ("ocsf_classes", "actions")
"""Of the log itself, only these: what its deeds are called, what they mean, and nothing that does anything with it."""

_MODULES: Final = (
    "report",
    "reading",
    "signatures",
    "entries",
    "canonical",
    "rows",
    "formats",
    "patterns",
    "cuts",
    "kinds",
    "bundles",
    "dates",
    "handovers",
    "tiles",
    "history",
    "witnesses",
    "der",
    "stamp_tokens",
    "stamps",
    "programmes",
    "promise",
    "view_files",
    "views",
    "ahead",
    "leaves",
    "excerpts",
    "years",
    "carried",
    "verification",
)
_INTRODUCTION: Final = '''"""Check an exported Dygnet audit log: offline, alone, trusting nobody.

    python verify_log.py FOLDER --key "name+id+key" [--held OLD_CHECKPOINT] [--said "ORIGIN SIZE ROOT"]
        [--witness "name+id+key"] [--tsa CERTIFICATE.pem] [--cases CASES.csv]

Needs Python 3.11 and the package `cryptography`, nothing else, and shares no code with the program that
wrote the log, only the list of its deeds and what they mean. The formats are public: RFC 6962 (tree), C2SP
tlog-tiles (folder), C2SP signed-note, tlog-checkpoint and tlog-cosignature (signatures), RFC 8785 (entries),
RFC 3161 and RFC 5652 (time stamps).
Exit status: 0 nothing wrong, 1 something is wrong, 2 not a log.
"""
'''


@cache
def single_file() -> str:
    """The source of `verify_log.py`. A name means one thing in all its modules."""
    here = Path(__file__).parent
    paths = [*(here.parent / f"{name}.py" for name in _LISTS), *(here / f"{name}.py" for name in _MODULES)]
    rooms = [path.read_text("utf-8") for path in paths]
    top = ["from __future__ import annotations", "", *_imports([ast.parse(text) for text in rooms])]
    return "\n\n\n".join([f"{_INTRODUCTION}\n" + "\n".join(top), *map(_body, rooms)]) + "\n"


def _imports(modules: list[ast.Module]) -> list[str]:
    """What the modules import from elsewhere, each name once."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in (node for module in modules for node in module.body):
        if isinstance(node, ast.Import):
            plain |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(("app.", "__future__")):
            named.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    froms = (f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(named.items()))
    return [*(f"import {name}" for name in sorted(plain)), *froms]


def _body(text: str) -> str:
    """What stands below a module's imports, under its title."""
    module = ast.parse(text)
    last = max(node.end_lineno or 0 for node in module.body if isinstance(node, ast.Import | ast.ImportFrom))
    title = indent(ast.get_docstring(module) or "", "# ", lambda _: True).replace("# \n", "#\n")
    return f"{title}\n\n" + "\n".join(text.splitlines()[last:]).strip()
