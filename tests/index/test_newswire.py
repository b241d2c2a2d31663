"""Copy as agencies send it: their marks and notes to editors go, their lines become paragraphs."""

from datetime import date

import pytest

from index.article import Article
from index.boilerplate.clean import clean_article

AP = """\
BC-EU--Halm-Dam Collapse,3rd Ld-Writethru
Eds: UPDATES with death toll, ADDS quotes. Links photos.

By ANNA KOWAL
Associated Press

HALM, Ruritania (AP) — A dam above the town gave way early on Sunday.

___

Associated Press writer Tom Reyes in Vienna contributed to this report.

___

This story has been corrected to show that the dam was built in 1961, not 1971.
"""
DPA = """\
Regierung in Halm tritt zurück =

Halm (dpa) - Nach dem Dammbruch mit mindestens neun Toten ist die
Regierung des Bundeslandes Halm geschlossen zurückgetreten. Minister-
präsident Karl Vogt übernahm am Montag "die politische Verant-
wortung". Neuwahlen soll es im Herbst geben.

# dpa-Notizblock

## Redaktionelle Hinweise
- Überblick bis 1900 - ca. 50 Zl

## dpa-Kontakte
- Autorin: Petra Lang, +49 30 285200, <lang@dpa.example>
"""
AFP = """\
URGENT
Ruritanie: la digue de Halm cède, au moins neuf morts

Halm (Ruritanie), 4 mai 2025 (AFP) - La digue qui surplombe la ville de
Halm a cédé dans la nuit de samedi à dimanche, faisant au moins neuf
morts, a annoncé le ministre de l'Intérieur, Jan Vetter.

Les recherches se poursuivaient dimanche midi pour retrouver 14
personnes.

bur-kl/mdr/abc
"""
REUTERS = """\
UPDATE 2-Halm dockers end strike after deal on jobs

(Adds analyst comment in paragraph 4, background)

By Lena Marsh and Tomas Reed

HALM, March 9 (Reuters) - Dockers in Halm ended a nine-week
strike on Monday after the Port Authority agreed to drop plans
to cut 310 jobs, both sides said.

Shares in terminal operator Halm Bulk Inc. HBLK.HA rose 4.2% to
18.35 crowns.

(Reporting by Lena Marsh in Halm; Editing by Petra Vogel)

Keywords: HALM PORTS/STRIKE (UPDATE 2)
"""


@pytest.mark.parametrize(
    ("copy", "title", "author", "day", "paragraphs"),
    [
        (
            AP,
            "",
            "ANNA KOWAL",
            None,
            [
                "HALM, Ruritania (AP) — A dam above the town gave way early on Sunday.",
                "This story has been corrected to show that the dam was built in 1961, not 1971.",
            ],
        ),
        (
            DPA,
            "Regierung in Halm tritt zurück",
            None,
            None,
            [
                "Halm (dpa) - Nach dem Dammbruch mit mindestens neun Toten ist die Regierung des"
                " Bundeslandes Halm geschlossen zurückgetreten. Ministerpräsident Karl Vogt"
                ' übernahm am Montag "die politische Verantwortung". Neuwahlen soll es im Herbst'
                " geben."
            ],
        ),
        (
            AFP,
            "Ruritanie: la digue de Halm cède, au moins neuf morts",
            None,
            date(2025, 5, 4),
            [
                "Halm (Ruritanie), 4 mai 2025 (AFP) - La digue qui surplombe la ville de Halm a"
                " cédé dans la nuit de samedi à dimanche, faisant au moins neuf morts, a annoncé le"
                " ministre de l'Intérieur, Jan Vetter.",
                "Les recherches se poursuivaient dimanche midi pour retrouver 14 personnes.",
            ],
        ),
        (
            REUTERS,
            "Halm dockers end strike after deal on jobs",
            "Lena Marsh, Tomas Reed",
            None,
            [
                "HALM, March 9 (Reuters) - Dockers in Halm ended a nine-week strike on Monday after"
                " the Port Authority agreed to drop plans to cut 310 jobs, both sides said.",
                "Shares in terminal operator Halm Bulk Inc. HBLK.HA rose 4.2% to 18.35 crowns.",
            ],
        ),
    ],
    ids=["AP", "dpa", "AFP", "Reuters"],
)
def test_copy_of_an_agency_is_its_story(copy, title, author, day, paragraphs):
    story = clean_article(Article(uri="wire.txt", key="wire", text=copy))
    assert (story.title, story.author, story.published) == (title, author, day)
    assert story.text.split("\n\n") == paragraphs


def test_what_stands_in_brackets_of_an_article_is_no_note_to_editors():
    said = "(Adds up to nothing, she said of it, and she would not say more than that.)"
    text = f"The council met in Halm on Sunday and voted.\n\n{said}\n\nIt meets again on Monday."
    assert clean_article(Article(uri="a", key="a", text=text)).text == text
