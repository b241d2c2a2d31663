"""What the tests of the command line share."""

from __future__ import annotations

import sys

import pytest

from ui import cli


@pytest.fixture
def all_use(monkeypatch):
    """Has every command use one embedding model, whatever the settings name."""

    def use(embedder):
        for room in ("ui.commands.indexing", "ui.sample", "rag.corpus"):
            monkeypatch.setattr(f"{room}.embedder_of", lambda name: embedder)

    return use


@pytest.fixture
def model(all_use, fake, monkeypatch, workplace):
    """One model for every command; an answer is given whatever the confidence."""
    all_use(fake)
    monkeypatch.setenv("ONRECORD_THRESHOLD", "0")
    return fake


@pytest.fixture
def onrecord(monkeypatch, capsys):
    """Runs the command line to its exit: (status, standard output, standard error)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["onrecord", *map(str, arguments)])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        return status, *capsys.readouterr()

    return run
