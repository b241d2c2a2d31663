"""How the code is shaped: short functions, arguments described, imports one way."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

from radon.complexity import cc_rank, cc_visit

ROOT = Path(__file__).parent.parent
PRODUCT = sorted(path for house in ("index", "rag", "ui") for path in (ROOT / house).rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef

LONGEST = 60
SEVERAL = 3

# A library says what these are given; the options of commands have descriptions of their own.
GIVEN = {"rag/settings.py settings_customise_sources", "ui/cli.py"}


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text("utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def public(body: list[ast.stmt]) -> Iterator[Function]:
    """Public functions and methods; what overrides another is described where that stands."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)
        elif isinstance(node, Function) and not node.name.startswith("_"):
            yield from () if "override" in map(ast.unparse, node.decorator_list) else (node,)


def described(function: Function) -> bool:
    return "Args:" in (ast.get_docstring(function) or "")


def arguments(function: Function) -> list[str]:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    return [each.arg for each in every if each.arg not in ("self", "cls")]


def test_no_function_is_longer_than_a_page():
    lengths = {
        f"{path.name} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in PRODUCT
        for function in functions(path)
    }
    assert {name for name, length in lengths.items() if length > LONGEST} == set()


def test_no_function_takes_more_ways_than_can_be_followed():
    tangled = {
        f"{path.relative_to(ROOT).as_posix()} {block.name}"
        for path in PRODUCT
        for block in cc_visit(path.read_text("utf-8"))
        if cc_rank(block.complexity) >= "D"
    }
    assert tangled == set()


def test_arguments_are_described_where_there_are_several():
    bare = [
        (path.relative_to(ROOT).as_posix(), function.name)
        for path in PRODUCT
        for function in public(ast.parse(path.read_text("utf-8")).body)
        if len(arguments(function)) >= SEVERAL and not described(function)
    ]
    assert [(p, name) for p, name in bare if not {p, f"{p} {name}"} & GIVEN] == []


def imports(node: ast.AST) -> Iterator[str]:
    """What a module imports, for its types too; of ``from a import b`` both a.b and a, if none."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.Import):
            yield from (name.name for name in each.names)
        elif isinstance(each, ast.ImportFrom):
            yield from (f"{each.module}.{name.name}" for name in each.names)
        else:
            yield from imports(each)


def test_no_module_imports_one_that_imports_it():
    named = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PRODUCT
    }
    graph = {
        name: {
            module if module in named else module.rpartition(".")[0]
            for module in imports(ast.parse(path.read_text("utf-8")))
        }
        & set(named)
        for name, path in named.items()
    }
    assert sum(map(len, graph.values())) > len(graph)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as circle:
        raise AssertionError(" <- ".join(circle.args[1])) from None
