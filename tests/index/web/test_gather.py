"""What addresses hold: articles, feeds and sitemaps, and what changed in them."""

import gzip
import json
from datetime import date

import pytest

from index.build import Builder
from index.engine import LEDGER, open_ledger
from index.readers.html import page
from index.web import gather as web
from index.web.gather import FILE, LATE, MOST_LISTS, SOON, Gatherer, Memory
from tests.newsite import article_page


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def add(index, fetcher, fake):
    """Fetches addresses and stores what they hold; gives the report."""

    def add(*urls, max_pages=50, watching=False):
        found = Gatherer(
            place=index, fetch=fetcher, max_bytes=200_000, max_pages=max_pages, watching=watching
        ).gather(urls)
        return web.store(Builder(index, fake), [], found)

    return add


def stored(index):
    """Every current article by its uri."""
    ledger = open_ledger(index)
    with ledger.read():
        return {each.article.uri: each.article for each in ledger.all_articles()}


def reasons(report):
    return [(item.uri, item.reason) for item in report.skipped]


# an article


def test_an_article_is_known_by_its_own_address(site, index, add):
    own = f'<link rel="canonical" href="{site.address}/harbour">'
    site.page("/a?from=feed", "Harbour to close", head=own)
    report = add(f"{site.address}/a?from=feed&utm_source=x#top")
    uri = f"{site.address}/harbour"
    assert report.added == [uri]
    article = stored(index)[uri]
    assert (article.uri, article.key, article.url, article.root) == (uri, uri, uri, "")
    assert article.title == "Harbour to close"
    assert article.text.startswith("The council of Corran voted on Monday")
    assert article.text.endswith("twice since the last war.")


def test_several_articles_of_a_page_are_known_by_its_address_and_their_numbers(site, index, add):
    one, other = (
        article_page(title, place).partition("<article>")[2].partition("</article>")[0]
        for title, place in (("Harbour to close", "Corran"), ("Bay to close", "Lannick"))
    )
    page = f"<html><title>News</title><article>{one}</article><article>{other}</article></html>"
    site.put("/news", page)
    address = f"{site.address}/news"
    assert add(address).added == [f"{address}#1", f"{address}#2"]
    assert [a.title for a in stored(index).values()] == ["Harbour to close", "Bay to close"]
    assert add(address).unchanged == [f"{address}#1", f"{address}#2"]
    site.put("/news", page.replace(f"<article>{other}</article>", ""))
    assert add(address).added == [address]


@pytest.mark.parametrize(
    "stated", ["https://elsewhere.example/harbour", "/", "javascript:alert(1)", "http://[::1/"]
)
def test_an_address_that_cannot_be_the_pages_own_is_not_believed(site, index, add, stated):
    site.page("/a", "Harbour", head=f'<link rel="canonical" href="{stated}">')
    assert add(f"{site.address}/a").added == [f"{site.address}/a"]


def test_the_encoding_that_a_server_tells_counts(site, index, add):
    page = article_page("Größe", place="Plön", charset="").replace('<meta charset="">', "")
    site.put("/a", page.encode("iso-8859-2"), "text/html; charset=iso-8859-2")
    site.put("/b", page.encode("utf-8"), "text/html; charset=iso-8859-1")
    site.put("/c", page.encode("utf-8"), "text/html; charset=no-such-thing")
    add(*(f"{site.address}/{name}" for name in "abc"))
    assert {a.title for a in stored(index).values()} == {"Größe"}
    assert all("The harbour of Plön" in a.text for a in stored(index).values())


def test_other_kinds_of_file_are_read_as_such(site, index, add):
    told = "The ferry to Corran is cancelled until Thursday, the company said."
    site.put("/a", f"Ferry cancelled\n\n{told}", "text/plain; charset=utf-8")
    record = {"id": "7", "title": "Ferry", "text": told + " Buses go instead."}
    site.put("/wire.jsonl", json.dumps(record), "application/octet-stream")
    assert add(f"{site.address}/a", f"{site.address}/wire.jsonl").added == [
        f"{site.address}/a",
        f"{site.address}/wire.jsonl#7",
    ]
    assert stored(index)[f"{site.address}/a"].text == told


def test_a_page_without_an_article_names_its_feed(site, add):
    links = '<link rel="alternate" type="application/rss+xml" href="/feed.xml?a=1&amp;b=2">'
    site.put("/", f"<html><head>{links}</head><body><a href='/a'>Harbour</a></body></html>")
    report = add(f"{site.address}/")
    [(uri, reason)] = reasons(report)
    assert uri == f"{site.address}/"
    assert reason.endswith(f"; its feed is {site.address}/feed.xml?a=1&b=2")


def test_what_is_no_address_is_told_and_the_rest_goes_on(site, add):
    site.page("/a", "Harbour")
    report = add("ftp://news.example/a", f"{site.address}/none", f"{site.address}/a")
    assert report.added == [f"{site.address}/a"]
    assert [uri for uri, _ in reasons(report)] == ["ftp://news.example/a", f"{site.address}/none"]


def test_a_page_that_breaks_its_reader_ends_nothing(site, add, monkeypatch):
    read = page.stated

    def broken(tree):
        if "Lunz" in tree.text_content():
            raise ZeroDivisionError
        return read(tree)

    monkeypatch.setattr(page, "stated", broken)
    site.page("/a", "Harbour", place="Corran")
    site.page("/b", "Quay", place="Lunz")
    report = add(f"{site.address}/b", f"{site.address}/a")
    assert report.added == [f"{site.address}/a"]
    ((uri, reason),) = reasons(report)
    assert uri == f"{site.address}/b"
    assert reason.startswith("the file is damaged and cannot be read as a web page (ZeroDivision")


# feeds


def test_a_feed_brings_its_articles_and_fills_in_what_they_do_not_say(site, index, add):
    site.page("/a", "Harbour", place="Corran")
    site.page("/b", "Quay", place="Lunz")
    site.feed(a="Harbour", b="Quay")
    report = add(f"{site.address}/feed.xml")
    assert report.added == [f"{site.address}/a", f"{site.address}/b"]
    assert report.generation == 1
    article = stored(index)[f"{site.address}/a"]
    assert (article.published, article.publisher) == (date(2026, 5, 4), "Bay News")


def test_a_second_run_fetches_only_what_changed(site, index, add, fake):
    site.page("/a", "Harbour", place="Corran")
    site.page("/b", "Quay", place="Lunz")
    site.feed(a="Harbour", b="Quay")
    add(f"{site.address}/feed.xml")
    site.taken()
    calls = fake.calls
    report = add(f"{site.address}/feed.xml")
    assert site.taken() == [("/feed.xml", 304), ("/a", 304), ("/b", 304)]
    assert (report.added, report.changed) == ([], [])
    assert report.unchanged == [f"{site.address}/a", f"{site.address}/b"]
    assert (fake.calls, report.generation) == (calls, 1)
    site.page("/b", "Quay", place="Lunz", more="Work there begins in June, the council said.")
    site.page("/c", "Ferry", place="Oban")
    site.feed(a="Harbour", b="Quay", c="Ferry")
    report = add(f"{site.address}/feed.xml")
    assert site.taken() == [("/feed.xml", 200), ("/a", 304), ("/b", 200), ("/c", 200)]
    assert (report.added, report.changed) == ([f"{site.address}/c"], [f"{site.address}/b"])
    assert stored(index)[f"{site.address}/b"].text.endswith("the council said.")


def test_watched_pages_are_asked_again_less_and_less_often(site, add, clock, monkeypatch):
    monkeypatch.setattr(Gatherer.__init__, "__kwdefaults__", {
        **Gatherer.__init__.__kwdefaults__, "now": clock
    })  # fmt: skip
    site.page("/a", "Harbour")
    site.feed(a="Harbour")
    asked = []
    add(f"{site.address}/feed.xml", watching=True)
    started = clock.now
    site.taken()
    for quarter in range(1, 64):  # sixteen hours, a cycle a quarter of an hour
        clock.now = started + 900 * quarter
        add(f"{site.address}/feed.xml", watching=True)
        asked += [quarter for path, status in site.taken() if path == "/a"]
    hours = [quarter / 4 for quarter in asked]
    assert [round(hour) for hour in hours] == [1, 3, 7, 15]
    assert LATE / SOON == 7 * 24


def test_what_a_list_says_has_changed_is_asked_at_once(site, add):
    site.page("/a", "Harbour", place="Corran")
    site.page("/b", "Quay", place="Lunz")

    def atom(**updated):
        entries = "".join(
            f"<entry><title>{name}</title><link href='/{name}'/><updated>{at}</updated></entry>"
            for name, at in updated.items()
        )
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Bay</title>{entries}</feed>'
        site.put("/atom", feed, "application/atom+xml")

    atom(a="2026-05-04T08:00:00Z", b="2026-05-04T08:00:00Z")
    add(f"{site.address}/atom")
    site.taken()
    atom(a="2026-05-04T08:00:00Z", b="2026-05-04T09:00:00Z")
    site.page("/b", "Quay", place="Lunz", more="It was closed on the day after, the mayor said.")
    report = add(f"{site.address}/atom")
    assert site.taken() == [("/atom", 200), ("/b", 200)]
    assert (report.unchanged, report.changed) == ([f"{site.address}/a"], [f"{site.address}/b"])


def test_a_json_feed_is_one_too(site, index, add):
    site.page("/a", "")
    item = {"url": "/a", "title": "Harbour", "date_published": "2026-05-04T08:00:00Z"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Bay News", "items": [
        {**item, "authors": [{"name": "Ada Writer"}]}, {"id": "2", "title": "without a link"}
    ]}  # fmt: skip
    site.put("/feed", json.dumps(feed).replace("/", "\\/"), "application/json")
    assert add(f"{site.address}/feed").added == [f"{site.address}/a"]
    article = stored(index)[f"{site.address}/a"]
    assert (article.author, article.published) == ("Ada Writer", date(2026, 5, 4))


def test_an_article_that_only_the_feed_holds_is_taken_from_there(site, index, add):
    body = article_page("Harbour").partition("<article>")[2].partition("</article>")[0]
    item = (
        f"<item><title>Harbour</title><link>{site.address}/a</link>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    feed = f'<rss version="2.0" {space}><channel><title>Bay</title>{item}</channel></rss>'
    site.put("/feed", feed, "text/xml")
    site.put("/a", "", status=403)
    report = add(f"{site.address}/feed")
    assert (report.added, report.skipped) == ([f"{site.address}/a"], [])
    assert "voted on Monday to close the old harbour" in stored(index)[f"{site.address}/a"].text
    assert add(f"{site.address}/feed").unchanged == [f"{site.address}/a"]


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ("<rss version='2.0'><channel><item><title>a</title>", None),
        ("<rss><<<>", "the feed is broken"),
        ('{"version": "https://jsonfeed.org/version/1", "items": 3}', "the feed is broken"),
        ('{"version": "https://jsonfeed.org/version/1", ', "the feed is broken"),
        ("<urlset><<<>", None),
        (b"\x1f\x8b\x08garbage", "packed and damaged"),
    ],
)  # fmt: skip
def test_a_broken_list_is_one_sentence_and_the_rest_goes_on(site, add, feed, said):
    site.put("/feed", feed, "application/xml")
    site.page("/a", "Harbour")
    report = add(f"{site.address}/feed", f"{site.address}/a")
    assert report.added == [f"{site.address}/a"]
    assert [said in reason for _, reason in reasons(report)] == ([True] if said else [])


def test_a_bomb_of_entities_is_not_unfolded(site, add):
    bomb = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    feed = (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{bomb}]><rss><channel><title>&a9;</title></channel></rss>'
    )
    site.put("/feed", feed, "application/xml")
    site.put("/map", feed.replace("rss", "urlset"), "application/xml")
    report = add(f"{site.address}/feed", f"{site.address}/map")
    assert report.added == []


def test_days_that_no_one_can_have_published_on_are_no_days(site, index, add):
    for name, place in (("a", "Corran"), ("b", "Lunz")):
        site.page(f"/{name}", "Harbour", place=place)
    site.feed(a="Harbour", b="Quay")
    body = site.paths["/feed.xml"].body.decode()
    first = body.replace("Mon, 04 May 2026", "Thu, 01 Jan 1970", 1)
    site.put("/feed.xml", first.replace("Mon, 04 May 2026", "Fri, 04 May 2990"))
    add(f"{site.address}/feed.xml")
    assert [a.published for a in stored(index).values()] == [None, None]


# sitemaps


def urlset(address, **pages):
    urls = "".join(
        f"<url><loc>{address}/{name}</loc><lastmod>{at}</lastmod></url>"
        for name, at in pages.items()
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def test_an_index_of_sitemaps_is_followed_the_newest_first(site, index, add):
    for name in "abc":
        site.page(f"/{name}", f"Harbour {name}", place=f"Port{name}")
    site.put("/may.xml.gz", gzip.compress(urlset(site.address, c="2026-05-01").encode()))
    site.put("/april.xml", urlset(site.address, a="2026-04-02", b="2026-04-03"), "text/xml")
    maps = "".join(
        f"<sitemap><loc>{site.address}/{name}</loc><lastmod>{at}</lastmod></sitemap>"
        for name, at in (("april.xml", "2026-04-30"), ("may.xml.gz", "2026-05-02"))
    )
    site.put("/sitemap.xml", f"<sitemapindex>{maps}</sitemapindex>", "text/xml")
    report = add(f"{site.address}/sitemap.xml", max_pages=2)
    assert report.added == [f"{site.address}/c", f"{site.address}/b"]
    [(uri, reason)] = reasons(report)
    assert uri == f"{site.address}/april.xml"
    assert "more pages than the 2 that are fetched at once, the last 1 among them" in reason
    site.taken()
    report = add(f"{site.address}/sitemap.xml", max_pages=2)
    assert (report.added, report.skipped) == ([f"{site.address}/a"], [])
    assert site.taken()[-1] == ("/a", 200)
    site.taken()
    add(f"{site.address}/sitemap.xml", max_pages=2)
    assert {status for _, status in site.taken()} == {304}


def test_a_sitemap_of_news_tells_the_day_and_the_headline(site, index, add):
    site.page("/a", "")
    news = (
        "<news:news><news:publication><news:name>Bay News</news:name></news:publication>"
        "<news:publication_date>2026-05-04T08:00+01:00</news:publication_date>"
        "<news:title>Harbour to close</news:title></news:news>"
        f"<image:image><image:loc>{site.address}/a.jpg</image:loc></image:image>"
    )
    spaces = 'xmlns:news="urn:n" xmlns:image="urn:i"'
    body = f"<urlset {spaces}><url>{news}<loc>{site.address}/a</loc></url></urlset>"
    site.put("/news.xml", body, "text/xml")
    assert add(f"{site.address}/news.xml").added == [f"{site.address}/a"]
    article = stored(index)[f"{site.address}/a"]
    assert (article.published, article.publisher) == (date(2026, 5, 4), "Bay News")


def test_sitemaps_of_sitemaps_end(site, add):
    maps = "".join(
        f"<sitemap><loc>{site.address}/{n}.xml</loc></sitemap>" for n in range(MOST_LISTS + 5)
    )
    for number in range(MOST_LISTS + 5):
        site.put(f"/{number}.xml", f"<sitemapindex>{maps}</sitemapindex>", "text/xml")
    report = add(f"{site.address}/0.xml")
    assert len(site.taken()) == MOST_LISTS
    assert "5 further sitemaps are left out" in reasons(report)[0][1]


# what goes away


def test_what_cannot_be_fetched_now_stays(site, index, add, clock):
    site.page("/a", "Harbour")
    add(f"{site.address}/a")
    for status in (404, 503, 403):
        site.put("/a", "", status=status)
        report = add(f"{site.address}/a")
        assert reasons(report)[0][1].endswith("; what is stored of it stays")
        assert report.removed == []
    assert list(stored(index)) == [f"{site.address}/a"]
    site.page("/a", "Harbour")
    assert add(f"{site.address}/a").unchanged == [f"{site.address}/a"]


def test_what_is_gone_is_withdrawn_and_its_citations_open(site, index, add):
    site.page("/a", "Harbour", place="Corran")
    site.page("/b", "Quay", place="Lunz")
    site.feed(a="Harbour", b="Quay")
    add(f"{site.address}/feed.xml")
    cited = stored(index)[f"{site.address}/a"]
    site.put("/a", "", status=410)
    report = add(f"{site.address}/feed.xml")
    assert (report.removed, report.withdrawn) == ([f"{site.address}/a"],) * 2
    assert list(stored(index)) == [f"{site.address}/b"]
    ledger = open_ledger(index)
    with ledger.read():
        [old] = ledger.articles_named(cited.id)
        assert (old.article.text, old.current) == (cited.text, False)
        [revision] = ledger.history(f"{site.address}/a")
        assert revision.ended is not None
    report = add(f"{site.address}/feed.xml")
    assert (report.removed, report.added) == ([], [])


def test_what_was_removed_is_fetched_whole_again(site, index, add, fake):
    site.page("/a", "Harbour")
    add(f"{site.address}/a")
    Builder(index, fake).remove([f"{site.address}/a"])
    assert add(f"{site.address}/a").added == [f"{site.address}/a"]
    assert [status for _, status in site.taken()] == [200, 200]


# what is remembered


def test_nothing_is_remembered_of_what_was_not_stored(site, index, fetcher, fake, add):
    site.page("/a", "Harbour")
    gatherer = Gatherer(place=index, fetch=fetcher, max_bytes=200_000, max_pages=9)
    gatherer.gather([f"{site.address}/a"])
    assert add(f"{site.address}/a").added == [f"{site.address}/a"]
    assert (index / FILE).is_file()
    assert (index / LEDGER).is_file()


@pytest.mark.parametrize("garbage", [b"", b"garbage" * 100])
def test_a_memory_that_is_lost_or_damaged_costs_a_fetch_and_no_more(site, index, add, garbage):
    site.page("/a", "Harbour")
    add(f"{site.address}/a")
    (index / FILE).write_bytes(garbage)
    assert add(f"{site.address}/a").unchanged == [f"{site.address}/a"]
    assert Memory(index).of(f"{site.address}/a").uris == (f"{site.address}/a",)


def test_two_pages_that_claim_one_address_do_not_replace_each_other(site, index, add):
    own = f'<link rel="canonical" href="{site.address}/one">'
    site.page("/a", "Harbour", place="Corran", head=own)
    site.page("/b", "Quay", place="Lunz", head=own)
    report = add(f"{site.address}/a", f"{site.address}/b")
    assert report.added == [f"{site.address}/one"]
    assert "calls itself" in reasons(report)[0][1]
    assert stored(index)[f"{site.address}/one"].title == "Harbour"
