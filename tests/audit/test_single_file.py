from __future__ import annotations

import ast
from collections import Counter

from app.audit.verifier.single_file import single_file


def top_level_names() -> list[str]:
    found = []
    for node in ast.parse(single_file()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [target.id for target in targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found += [alias.asname or alias.name for alias in node.names]
    return found


def test_the_verifier_as_one_file_uses_no_name_for_two_things():
    assert [name for name, times in Counter(top_level_names()).items() if times > 1] == []


def test_the_verifier_as_one_file_asks_for_nothing_of_ours():
    imported = [node for node in ast.walk(ast.parse(single_file())) if isinstance(node, ast.ImportFrom)]
    assert not [node.module for node in imported if (node.module or "").startswith(("app", "tests"))]
    assert len(imported) > 5


def test_the_verifier_begins_by_saying_how_it_is_used():
    assert "python verify_log.py FOLDER --key" in (ast.get_docstring(ast.parse(single_file())) or "")
