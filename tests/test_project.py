"""The project's own files say what is true of it."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent
HOUSES = ("index", "rag", "ui")
MODULES = sorted(path for house in HOUSES for path in (ROOT / house).rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# What each house may import of its neighbours, and of the rest of this repository.
ALLOWED = {"index": {"index"}, "rag": {"index", "rag"}, "ui": {"index", "rag", "ui"}}
OURS = {*HOUSES, "tests", "benchmarks"}

# Slow to import, and each one replaceable: one module knows it, and only when it is needed.
HEAVY = ("faiss", "torch", "gradio", "tantivy")


def _name(path):
    return path.relative_to(ROOT).as_posix()


def _imports(path):
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield _name(path).split("/")[0] if node.level else str(node.module).split(".")[0]


def test_there_are_modules_to_look_at():
    assert {_name(path).split("/")[0] for path in MODULES} == set(HOUSES)


def test_what_is_installed_is_this_version():
    assert version("onrecord") == PROJECT["version"]


def test_the_changelog_knows_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[(.+?)\]", changelog, re.M)[1] == PROJECT["version"]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_run_one_way(path):
    assert (set(_imports(path)) & OURS) <= ALLOWED[_name(path).split("/")[0]]


@pytest.mark.parametrize("package", HEAVY)
def test_one_module_knows_a_heavy_package(package):
    knowing = [_name(path) for path in MODULES if package in _imports(path)]
    assert len(knowing) == 1, knowing


def test_the_command_line_starts_without_the_heavy_packages():
    shown = subprocess.run(
        [sys.executable, "-c", "import sys, ui.cli; print(*sys.modules)"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert not set(shown.stdout.split()) & {*HEAVY, "sentence_transformers", "llama_index"}


def test_every_dependency_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    wanted = {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]}
    reasons = {m[1] for line in lines if (m := re.fullmatch(r'    "(\S+)", +# \w.+', line))}
    assert wanted <= reasons


def test_every_dependency_is_pinned():
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[1:]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    pinned = {_plain(pin.split("==")[0]) for pin in pins}
    wanted = (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])
    assert {_plain(re.match(r"[\w.-]+", name)[0]) for name in wanted} <= pinned


def test_every_dependency_has_bounds_and_its_pin_is_within():
    pins = dict(
        pin.split("==") for pin in (ROOT / "constraints.txt").read_text("utf-8").splitlines()[1:]
    )
    pinned = {_plain(name): number for name, number in pins.items()}
    for wanted in PROJECT["dependencies"]:
        name, bounds = re.fullmatch(r"([\w.-]+)(>=[\d.]+,<[\d.]+)", wanted).groups()
        assert pinned[_plain(name)] in SpecifierSet(bounds), wanted


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_two_files_of_tests_have_one_name():
    """Pytest imports them by their names alone."""
    names = sorted(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert names == sorted(set(names))


def test_the_plan_of_the_house_names_every_room():
    plan = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"^\| `(.+?)` \| \S.* \|$", plan, re.M)
    rooms = [
        _name(path)
        for house in HOUSES
        for path in (ROOT / house).rglob("*")
        if path.suffix in {".py", ".json", ".css", ".js", ".html"} and path.name != "__init__.py"
    ]
    assert sorted(named) == sorted(rooms)


# The Makefile: everything it starts is replaced by a program that tells how it was called.
TELL = """#!{python}
import json, os, sys
named = ("ONRECORD_SKIP_BROWSER",)
print(json.dumps([sys.argv[1:], {{n: os.environ[n] for n in named if n in os.environ}}]))
"""


@pytest.fixture
def made(tmp_path):
    """Runs make where everything seems installed; gives its exit status, output and errors."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    commands = tmp_path / ".venv" / "bin"
    commands.mkdir(parents=True)
    for name in ("onrecord", "python"):
        (commands / name).write_text(TELL.format(python=sys.executable))
        (commands / name).chmod(0o755)
    (tmp_path / ".venv" / ".made-in").write_text(f"{tmp_path}\n")
    for name in (".installed", ".installed-dev"):
        (tmp_path / ".venv" / name).touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "make", "cat", "awk"):
        (tools / name).symlink_to(shutil.which(name))

    def run(*arguments, **environment):
        ran = subprocess.run(
            [tools / "make", *arguments],
            cwd=tmp_path,
            env={"PATH": str(tools), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout, ran.stderr

    run.tools = tools
    return run


def _told(made, *arguments, **environment):
    status, output, errors = made(*arguments, **environment)
    assert status == 0, errors
    return json.loads(output)


def test_make_alone_lists_what_there_is(made):
    status, output, _ = made()
    assert status == 0
    assert re.findall(r"^  make (\w+)", output, re.M) == [
        "help",
        "chat",
        "ask",
        "test",
        "check",
        "loose",
        "format",
        "constraints",
        "clean",
    ]


@pytest.mark.parametrize("target", ["help", "chat", "test", "check", "loose", "format", "clean"])
def test_make_knows_its_targets(made, target):
    assert made("--dry-run", target)[0] == 0


@pytest.mark.parametrize(
    "question",
    [
        "what preconditions did the Kremlin set?",
        "what's in \"Moscow's\" terms?",
        "what did $5 and $(shell touch gone) and `touch gone` and $HOME and $$ buy?",
        "what; is # this \\ & that | (or ${so}, 100%) *?",
        "--json",
        "$(",
    ],
)
def test_make_ask_hands_the_question_on_as_typed(made, question):
    assert _told(made, "ask", f"Q={question}")[0] == ["ask", "--", question]
    assert not (made.tools.parent / "gone").exists()


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "Q="], ["ask", "Q=  "]])
def test_make_ask_without_a_question_says_how(made, arguments):
    status, output, errors = made(*arguments)
    assert status == 2
    assert output == ""
    assert re.fullmatch(r'.*Say what you want to know: make ask Q=".+"\.  Stop\.\n', errors)


def test_make_chat_goes_where_it_is_told(made):
    assert _told(made, "chat")[0] == ["chat"]
    assert _told(made, "chat", "PORT=8000")[0] == ["chat", "--port", "8000"]
    both = ["chat", "--port", "0", "--host", "0.0.0.0"]
    assert _told(made, "chat", "HOST=0.0.0.0", "PORT=0")[0] == both
    guarded = ["chat", "--host", "0.0.0.0", "--auth", "ada"]
    assert _told(made, "chat", "HOST=0.0.0.0", "AUTH=ada")[0] == guarded
    # Some shells name the machine in HOST: that is no wish to be reached from everywhere.
    assert _told(made, "chat", HOST="newsroom", PORT="8000")[0] == ["chat", "--port", "8000"]


PYTEST = ["-m", "pytest", "-n", "2", "--dist", "loadfile"]


def test_make_test_without_chromium_says_so(made):
    status, output, errors = made("test")
    assert status == 0
    assert json.loads(output) == [PYTEST, {"ONRECORD_SKIP_BROWSER": "1"}]
    assert errors.startswith("NOTE: there is no chromium")
    told = _told(made, "test", ONRECORD_SKIP_BROWSER="1", REQUIRE_BROWSER="1")
    assert told == [PYTEST, {}]


def test_make_test_with_chromium_leaves_out_nothing(made):
    (made.tools / "chromium").touch(mode=0o755)
    assert made("test") == (0, json.dumps([PYTEST, {}]) + "\n", "")


def test_make_test_fails_with_pytest(made):
    (made.tools.parent / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    assert made("test")[0] != 0


def test_make_installs_again_when_the_project_changed(made):
    assert ".venv" not in made("--dry-run", "help")[1]
    later = time.time() + 60
    os.utime(made.tools.parent / "constraints.txt", (later, later))
    assert "pip install" in made("--dry-run", "chat")[1]


def test_a_venv_from_another_folder_is_made_anew(made):
    folder = made.tools.parent
    (folder / ".venv" / ".made-in").write_text("/elsewhere\n")
    (made.tools / "rm").symlink_to("/bin/rm")
    assert "venv --clear" in made("--dry-run", "chat")[1]
