"""Pages that hold no article are refused, with the reason; pages that do are not."""

from pathlib import Path

import pytest

from index.readers.encoding import Refused
from index.readers.files import SourceFile
from index.readers.html.page import read_html

PROSE = (
    "<p>Every third link in court rulings leads to a page that is not there, a study by the "
    "university of Mora found on Monday. Its authors followed ten thousand of them.</p>"
)


def read(page):
    return read_html(SourceFile(Path("a.html"), "a.html", "/"), page.encode())


def page(title, body):
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


WALLS = {
    "consent": (
        "Gull",
        "<div class='cmp'><h1>Before you continue</h1><p>We and our 182 partners use cookies and "
        "similar technologies to store information on your device and to show advertising.</p>"
        "<p>With your consent we may process data such as your visit. You can withdraw your "
        "consent at any time in our privacy policy.</p><button>Accept all</button></div>",
        "the page only asks for consent to cookies; ",
    ),
    "consent in German": (
        "Elbmarsch-Kurier",
        "<h1>Willkommen</h1><p>Wir und unsere Partner verwenden Cookies, um Informationen auf Ihrem"
        " Gerät zu speichern und Werbung anzuzeigen, und bitten um Ihre Einwilligung.</p>",
        "the page only asks for consent to cookies; ",
    ),
    "missing": (
        "Page not found | Gull",
        "<h1>404</h1><p>Sorry, the page you are looking for does not exist or has moved.</p>",
        "the page only says that there is no such page; ",
    ),
    "missing in French": (
        "Page introuvable",
        "<h1>Page introuvable</h1><p>La page que vous cherchez a été déplacée ou supprimée.</p>",
        "the page only says that there is no such page; ",
    ),
    "scripts": (
        "Gull",
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>",
        "the page only asks for JavaScript; ",
    ),
    "robots": (
        "Just a moment...",
        "<p>Checking your browser before accessing gull.example. It is done automatically.</p>",
        "the page only asks whether a person reads it; ",
    ),
    "paywall": (
        "Ferry moves",
        "<h1>Ferry moves</h1><p>This article is for subscribers only. Subscribe to continue reading"
        " it.</p><p>Already a subscriber? Sign in to your account.</p>",
        "the page shows none of its article without a subscription; ",
    ),
    "links with a line each": (
        "Gull",
        "".join(
            f"<div><h3><a href='/{n}'>Ferry {n} sails later from April on</a></h3><p>The ferry will"
            f" leave pier {n} an hour later from April on, its operator said on Monday.</p></div>"
            for n in range(8)
        ),
        "the page only lists articles; ",
    ),
}


@pytest.mark.parametrize(("title", "body", "reason"), WALLS.values(), ids=WALLS)
def test_what_holds_no_article_is_refused(title, body, reason):
    with pytest.raises(Refused) as refused:
        read(page(title, body))
    assert str(refused.value).startswith(reason)


ARTICLES = {
    "about missing pages": f"<article><h1>Page not found</h1>{PROSE * 4}</article>",
    "about cookies": (
        f"<article><h1>Cookies</h1>{PROSE}<p>The sites use cookies to find the devices of their "
        f"partners and sell the advertising, the study says.</p>{PROSE}</article>"
    ),
    "with a notice for browsers": (
        f"<noscript>Please enable JavaScript.</noscript><article>{PROSE}</article>"
    ),
    "with a paywall below": (
        f"<article>{PROSE}</article><div>Subscribe to continue reading. Already a subscriber?</div>"
    ),
    "with many links below": (
        f"<article><h1>Links</h1>{PROSE}</article>"
        + "".join(f"<div><h3><a href='/{n}'>Ferry {n} sails later</a></h3></div>" for n in range(9))
    ),
    "in lines without paragraphs": (
        "<div class='post-body'>" + PROSE.replace("p>", "div>") * 2 + "</div>"
        + "".join(f"<h3><a href='/{n}'>Ferry {n} sails later</a></h3>" for n in range(9))
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", ARTICLES.values(), ids=ARTICLES)
def test_what_holds_an_article_is_read(body):
    assert "leads to a page that is not there" in read(page("Links rot", body)).text
