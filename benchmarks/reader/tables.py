"""Tables as news prints them, made up, and the questions that their rows answer.

``tables.jsonl`` says of each kind of table what it may be called, what its columns hold, and how a
reader asks for a cell, ``{e}`` standing for the row that is meant; under ``untold`` stands what no
column tells. The rows are written as onrecord's readers write those of real tables.
"""

from __future__ import annotations

import json
import random
from calendar import month_name
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from index.readers.assembly import sentences_of

KINDS = Path(__file__).parent / "tables.jsonl"

# Tables made of each kind, and questions put to each.
EACH, ASKED = 26, 5

_FIRST = (
    "Agnes Owen Bettina Lionel Ines Tomas Lena Paul Amara Jonas Greta Yusuf Marta Viktor Chidi Rosa"
    " Hanna Pavel Leila Sven Mei Kofi Ana Dmitri Farah Luca Nora Idris Sofia Ravi"
).split()
_LAST = (
    "Thorburn Stallard Crane Draycott Kovar Reed Osei Hargreave Whitlock Pike Solano Dunmore Lindh"
    " Petrov Okafor Mendes Berg Novak Haddad Olsen Chen Mensah Costa Sokolov Rahman Ricci Vance"
    " Bello Marin Kapoor"
).split()
# What cells hold that are one of a few, by their kind.
_CHOICES = {
    "country": "France|Germany|Poland|Norway|Brazil|Egypt|Turkey|Kenya|India|Japan|Canada"
    "|Mexico|Ghana|Iran|Iraq|Ukraine|Russia|Hungary|Chile|Peru|Lorne|Ruritania"
    "|Veldt|Marr|Tarnia|Belsund|Ostrava",
    "place": "Harrow North|Harrow South|Pell Sound|Tarnholt|Lorne Bridge|Marr|Old Dock"
    "|Kessel|Brannock|Eastvale|Port Amity|Graz|Bergen|Lyon|Leeds|Kisumu|Recife"
    "|Odense|Tartu|Gdansk|Istanbul|Geneva|Vienna|Doha|Cairo",
    "party": "Labour|Liberal|Independent|Conservative|Greens|Centre Party|People's Alliance",
    "site": "Old Dock|the Marr tunnel|Lorne airport|the Veldt mine|Kessel station|Pell harbour"
    "|the Brannock mill|Tarnholt bridge|the Eastvale refinery|the Amity ferry terminal",
    "cause": "gas explosion|train collision|hard landing|roof fall|fire|landslide|boiler burst"
    "|fog|brake failure|a fallen crane",
    "department": "schools|roads|parks|the fire service|libraries|social care|the police|housing"
    "|waste collection|museums",
    "company": "Brannock Steel|Pellance Ferries|Norsund Bank|Kessel Motors|Tarn Foods|Veldt Mining"
    "|Lindqvist & Co|Amity Air|Orbis Media|Halden Pharma",
    "purpose": "power stations|shelter|schools|air defence|wages of officials|hospitals|grain"
    "|clearing mines|rebuilding bridges",
    "club": "Harrow Town|Pell Rovers|Tarnholt United|Lorne Athletic|Marr City|Kessel Wanderers"
    "|Brannock FC|Eastvale",
    "charge": "fraud|arson|taking bribes|spying|negligent navigation|theft|assault|perjury",
    "verdict": "guilty|acquitted|guilty on one count|case dropped|jury undecided",
    "sentence": "four years in prison|a fine of 12,000|community service|life|18 months suspended"
    "|none",
    "ship": "Maid of Ilsay|Northern Light|Princess Ada|Gull|Star of Marr|Sea Harvest|Corran Belle",
    "route": "Harrow to Ilsay|Marr to Lorne|Tarnholt to Kessel|Pell to Brannock|Gdansk to Tartu"
    "|Lyon to Geneva|Leeds to Eastvale",
    "commodity": "copper|tin|cocoa|coffee|sugar|wheat|natural rubber|zinc|cotton|tea|palm oil",
    "school": "Brannock Primary|St Brida's|Eastvale High|the Marr Academy|Kessel Grammar"
    "|Lorne Comprehensive",
    "hospital": "St Brida's|Marr General|the Eastvale Clinic|Tarnholt Infirmary",
    "office": "finance minister|owner of a bank|head of the border guard|general|member of"
    " parliament|television presenter",
    "measure": "accounts frozen|entry banned|yacht seized|visa withdrawn|trade banned",
    "result": "no agreement|a ceasefire of ten days|a list of prisoners|a joint statement"
    "|talks broken off|a date for the next round",
    "union": "dockers|nurses|train drivers|teachers|miners|pilots|postal workers|ferry crews",
    "demand": "9 per cent more|a week of 35 hours|two more days off|more crew|safer platforms",
    "offer": "4 per cent|nothing|a single payment of 600|talks in autumn|5 per cent over two years",
}


class Table(NamedTuple):
    """A table as an article.

    Attributes:
        title: What it is called; "" for one without a name.
        text: Its rows as sentences, maybe under a line of prose.
        keys: The first cells of its rows.
        asked: Questions, with where in the text the cell stands that answers: nowhere for what it
            does not tell.
    """

    title: str
    text: str
    keys: list[str]
    asked: list[tuple[str, list[tuple[int, int]]]]


def tables(rng: random.Random) -> Iterator[list[Table]]:
    """For each kind of table some of it, which a search may find together."""
    for line in KINDS.read_text("utf-8").splitlines():
        kind = json.loads(line)
        yield [_table(kind, rng) for _ in range(EACH)]


def _table(kind: dict[str, Any], rng: random.Random) -> Table:
    keys = _several(kind["keys"], rng)
    columns = _columns(kind["columns"], rng)
    cells = [[_value(column["value"], rng) for column in columns] for _ in keys]
    first = rng.choice(kind["key"])
    heads = [first, *(column["head"] for column in columns)]
    rows = [*sentences_of([heads, *([key, *row] for key, row in zip(keys, cells, strict=True))])]
    title = rng.choice(kind["titles"])
    opened = rng.random() < 0.3
    known = rng.randrange(len(keys) // 2, len(keys))  # those after it are asked for in vain
    text = "\n".join([f"{title}, as published on Monday."] * opened + rows[:known])
    asked = []
    for _ in range(ASKED):
        n = rng.randrange(known) if rng.random() < 0.85 else rng.randrange(len(keys))
        c = rng.randrange(len(columns))
        question, when, head = rng.choice(columns[c]["ask"]), columns[c]["year"], heads[c + 1]
        spans: list[tuple[int, int]] = []
        dice = rng.random()
        if dice < 0.18:
            question = rng.choice(kind["untold"])
        elif dice < 0.26 and when:
            when = _another(when, columns, rng)
        elif n < known:
            at = text.index(f"; {head.partition(' (')[0]}", text.index(rows[n]))
            start = text.index(": ", at) + 2
            spans = [(start, start + len(cells[n][c]))]
        asked.append((_put(question, keys[n], when, rng), spans))
    return Table("" if opened and rng.random() < 0.5 else title, text, keys[:known], asked)


def _columns(columns: list[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """The columns of one table: their heads, units and years chosen."""
    first = rng.randrange(1980, 2026)
    found = []
    for column in columns:
        unit = f" ({rng.choice(column['unit'])})" if "unit" in column else ""
        name = rng.choice(column["head"])
        several = column.get("years") and rng.random() < 0.7
        bare = several and rng.random() < 0.4  # the year alone heads the column
        for year in (str(first), str(first + 1)) if several else ("",):
            head = f"{year}{unit}" if bare else f"{name} {year}".strip() + unit
            found.append({**column, "head": head, "year": year})
    return found


def _put(question: str, key: str, year: str, rng: random.Random) -> str:
    whole = question.format(e=key)
    return f"{whole} {rng.choice(('in', 'for'))} {year}" if year else whole


def _another(year: str, columns: list[dict[str, Any]], rng: random.Random) -> str:
    known = {column["year"] for column in columns}
    return next(
        other
        for other in iter(lambda: str(int(year) + rng.choice((-5, -3, -2, 2, 3, 4))), "")
        if other not in known
    )


def _several(kind: str, rng: random.Random) -> list[str]:
    """The first cells of the rows, each once."""
    count = rng.randrange(4, 9)
    if kind not in _CHOICES:
        return [*dict.fromkeys(_value(kind, rng) for _ in range(count))]
    pool = _CHOICES[kind].split("|")
    return rng.sample(pool, min(count, len(pool)))


def _value(kind: str, rng: random.Random) -> str:
    """A cell of some kind."""
    if kind in _CHOICES:
        return rng.choice(_CHOICES[kind].split("|"))
    match kind:
        case "person":
            return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
        case "date":
            day = f"{rng.randrange(1, 29)} {rng.choice(month_name[1:])}"
            return f"{day} {rng.randrange(1985, 2027)}" if rng.random() < 0.7 else day
        case "year":
            return str(rng.randrange(1950, 2024))
        case "percent" | "decimal":
            return f"{rng.uniform(0.3, 90):.1f}"
        case "thousands":
            number = rng.randrange(1_000, 900_000)
            return f"{number:,}" if rng.random() < 0.6 else str(number)
        case "hundreds":
            return str(rng.randrange(90, 2_500))
        case "small":
            return str(rng.randrange(0, 60))
    raise ValueError(kind)
