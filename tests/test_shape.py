"""How the functions of ``rag`` are shaped: short, plain, and with their arguments described."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from radon.complexity import cc_rank, cc_visit

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "rag").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef

LONGEST = 60
DESCRIBED = 0.4
SEVERAL = 3

# Python or a library says what these are given.
GIVEN = {"settings_customise_sources"}


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text("utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def public(body: list[ast.stmt]) -> Iterator[Function]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)
        elif isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def described(function: Function) -> bool:
    return "Args:" in (ast.get_docstring(function) or "")


def arguments(function: Function) -> list[str]:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    return [each.arg for each in every if each.arg not in ("self", "cls")]


def test_no_function_is_longer_than_a_page():
    lengths = {
        f"{path.name} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in MODULES
        for function in functions(path)
    }
    assert {name for name, length in lengths.items() if length > LONGEST} == set()


def test_no_function_takes_more_ways_than_can_be_followed():
    tangled = {
        f"{path.relative_to(ROOT).as_posix()} {block.name}"
        for path in MODULES
        for block in cc_visit(path.read_text("utf-8"))
        if cc_rank(block.complexity) >= "D"
    }
    assert tangled == set()


def test_arguments_are_described_where_there_are_several():
    own = [path for path in MODULES if path.parent.name != "requests"]
    bare = [
        f"{path.name} {function.name}"
        for path in own
        for function in public(ast.parse(path.read_text("utf-8")).body)
        if len(arguments(function)) >= SEVERAL and not described(function)
    ]
    assert set(bare) - {f"settings.py {name}" for name in GIVEN} == set()


def test_enough_public_functions_describe_their_arguments():
    found = [f for path in MODULES for f in public(ast.parse(path.read_text("utf-8")).body)]
    assert sum(map(described, found)) >= DESCRIBED * len(found)
