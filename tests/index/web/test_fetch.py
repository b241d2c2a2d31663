"""A page is fetched politely, safely, and in its time."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from index.web import addresses
from index.web.fetch import APART, MOST_APART, Fetcher, NotFetched, retry_after
from tests.newsite import Given


def refusal(fetcher, url):
    with pytest.raises(NotFetched) as told:
        fetcher.get(url)
    return str(told.value)


def test_a_page_comes_with_what_is_known_of_it(site, fetcher):
    site.put("/a", "Größe".encode("latin-1"), "Text/HTML; Charset=ISO-8859-1", Last_Modified="x")
    found = fetcher.get(f"{site.address}/a")
    assert found.body == "Größe".encode("latin-1")
    assert (found.kind, found.charset) == ("text/html", "ISO-8859-1")
    assert found.url == f"{site.address}/a"
    assert found.modified == "x"
    again = fetcher.get(f"{site.address}/a", found.etag, found.modified)
    assert again.body is None
    assert [status for _, status in site.taken()] == [200, 304]


def test_it_says_who_asks(site, fetcher):
    site.put("/a", "x")
    fetcher.get(f"{site.address}/a")
    assert site.headers[-1]["User-Agent"].startswith("onrecord/")
    assert site.headers[-1]["Host"] == f"127.0.0.1:{site.port}"


# robots.txt


def test_what_robots_txt_forbids_is_not_asked(site, fetcher):
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/*.html$\n", "text/plain")
    site.put("/private/a.html", "x")
    site.put("/private/a.html?x", "y")
    said = refusal(fetcher, f"{site.address}/private/a.html")
    assert "robots.txt asks programs not to read" in said
    assert site.taken() == []
    assert fetcher.get(f"{site.address}/private/a.html?x").body == b"y"


def test_a_redirect_leads_around_no_robots_txt(site, fetcher):
    site.put("/robots.txt", "User-agent: onrecord\nDisallow: /b\n", "text/plain")
    site.put("/a", "", status=302, Location="/b")
    assert "robots.txt" in refusal(fetcher, f"{site.address}/a")
    assert site.taken() == [("/a", 302)]


def test_a_robots_txt_is_read_once_a_day(site, fetcher, clock):
    site.put("/a", "x")
    for hours in (0, 1, 22, 2):
        clock.now += 3600 * hours
        fetcher.get(f"{site.address}/a")
    assert [path for path, _ in site.asked].count("/robots.txt") == 2


@pytest.mark.parametrize("status", [500, 503, 429])
def test_without_robots_txt_for_now_nothing_is_asked(site, fetcher, status):
    site.put("/robots.txt", "", status=status)
    site.put("/a", "x")
    assert "robots.txt cannot be read now" in refusal(fetcher, f"{site.address}/a")
    assert site.taken() == []


@pytest.mark.parametrize("status", [404, 403, 410])
def test_without_robots_txt_at_all_everything_may_be_asked(site, fetcher, status):
    site.put("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    site.put("/a", "x")
    assert fetcher.get(f"{site.address}/a").body == b"x"


# the pace


def test_requests_to_one_host_are_kept_apart_and_others_do_not_wait(site, fetcher, clock):
    site.put("/a", "x")
    for _ in range(3):
        fetcher.get(f"{site.address}/a")
    assert clock.slept == [APART] * 3  # robots.txt, and three pages
    fetcher.get(f"http://other.example:{site.port}/a")
    assert clock.slept == [APART] * 4  # between its robots.txt and its page


@pytest.mark.parametrize(("asked", "kept"), [("7", 7.0), ("9000", MOST_APART), ("0.01", APART)])
def test_a_host_that_asks_for_a_slower_pace_gets_it(site, fetcher, clock, asked, kept):
    site.put("/robots.txt", f"User-agent: *\nCrawl-delay: {asked}\n", "text/plain")
    site.put("/a", "x")
    for _ in range(2):
        fetcher.get(f"{site.address}/a")
    assert clock.slept == [APART, kept]


# what goes wrong


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_fails_for_a_moment_is_asked_again(site, fetcher, clock, status):
    site.paths["/a"] = [Given(status=status), Given(status=status), Given(b"x")]
    assert fetcher.get(f"{site.address}/a").body == b"x"
    assert [status for _, status in site.taken()] == [status, status, 200]
    assert clock.slept == [APART, 2.0, 4.0]


def test_a_host_says_how_long_to_wait(site, fetcher, clock):
    site.paths["/a"] = [Given(status=503, headers={"Retry-After": "17"}), Given(b"x")]
    assert fetcher.get(f"{site.address}/a").body == b"x"
    assert clock.slept == [APART, 17.0]


def test_a_host_that_wants_to_be_left_alone_is(site, fetcher, clock):
    site.put("/a", "", status=429, Retry_After="600")
    site.put("/b", "x")
    host = "127.0.0.1 asks to be left alone for 10 minutes"
    assert refusal(fetcher, f"{site.address}/a").startswith(host)
    assert refusal(fetcher, f"{site.address}/b").startswith(host)
    assert site.taken() == [("/a", 429)]
    clock.now += 601
    assert fetcher.get(f"{site.address}/b").body == b"x"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "no such page"),
        (410, "taken down"),
        (403, "programs"),
        (401, "password"),
        (418, "418"),
    ],
)
def test_an_error_is_one_sentence_and_asked_once(site, fetcher, status, said):
    site.put("/a", "", status=status)
    with pytest.raises(NotFetched, match=said) as told:
        fetcher.get(f"{site.address}/a")
    assert told.value.gone == (status == 410)
    assert site.taken() == [("/a", status)]


def test_redirects_are_followed_to_the_end(site, fetcher):
    site.put("/a", "", status=301, Location="b")
    site.put("/b", "", status=307, Location=f"http://other.example:{site.port}/c#top")
    site.put("/c", "x")
    found = fetcher.get(f"{site.address}/a")
    assert (found.url, found.body) == (f"http://other.example:{site.port}/c", b"x")


def test_redirects_without_end_are_left(site, fetcher):
    site.put("/loop", "", status=302, Location="/loop")
    for number in range(20):
        site.put(f"/on/{number}", "", status=302, Location=f"/on/{number + 1}")
    assert "in circles" in refusal(fetcher, f"{site.address}/loop")
    assert len(site.taken()) == 1
    assert "in circles" in refusal(fetcher, f"{site.address}/on/0")
    assert len(site.taken()) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/", "", "data:text/html,x"]
)
def test_a_redirect_out_of_the_web_is_left(site, fetcher, target):
    site.put("/a", "", status=302, Location=target)
    assert "no address of the web" in refusal(fetcher, f"{site.address}/a")


def test_a_server_that_drips_is_left(site, fetcher, clock):
    def drip(request):
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x")
                request.wfile.flush()
                clock.now += 1  # each byte takes a second
        except OSError:
            request.close_connection = True

    site.paths["/a"] = Given(writes=drip)
    assert refusal(fetcher, f"{site.address}/a") == "the page took more than 60 s; try later"
    assert site.taken() == [("/a", 200)]


def test_a_server_that_drips_its_headers_is_left(site, fetcher, clock):
    def drip(request):
        try:
            request.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                request.wfile.write(b"X-More: x\r\n")
                request.wfile.flush()
                clock.now += 1
        except OSError:
            request.close_connection = True

    site.paths["/a"] = Given(writes=drip)
    assert refusal(fetcher, f"{site.address}/a") == "the page took more than 60 s; try later"


def test_a_host_that_does_not_answer_is_not_asked_for_each_of_its_pages(clock):
    looked_up = []

    def nowhere(host, port):
        looked_up.append(host)
        raise OSError(-2, "Name or service not known")

    fetcher = Fetcher(max_bytes=9, resolve=nowhere, clock=clock, sleep=clock.sleep)
    said = "gone.example did not answer (its name is not known (Name or service not known))"
    assert refusal(fetcher, "http://gone.example/1").startswith(said)
    assert refusal(fetcher, "http://gone.example/2").startswith(said)
    assert len(looked_up) == 3


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_that_is_too_large_is_left_in_the_middle(site, fetcher, packed):
    site.put("/a", b"x" * 200_001)
    if packed:
        site.paths["/a"].headers["Content-Encoding"] = "gzip"  # 250 bytes on their way
    assert "more than 200,000 bytes" in refusal(fetcher, f"{site.address}/a")


def test_a_page_without_a_length_is_measured_as_it_comes(site, fetcher):
    def endless(request):
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 10_000)
        except OSError:
            request.close_connection = True

    site.paths["/a"] = Given(writes=endless)
    assert "more than 200,000 bytes" in refusal(fetcher, f"{site.address}/a")


def test_a_packed_page_is_unpacked(site, fetcher):
    site.put("/a", "Größe", Content_Encoding="gzip")
    assert fetcher.get(f"{site.address}/a").body == "Größe".encode()
    cut = gzip.compress(b"x" * 1000)[:-9]
    site.paths["/b"] = Given(cut, headers={"Content-Encoding": "x-gzip"})
    assert "answer is broken" in refusal(fetcher, f"{site.address}/b")


# private addresses


def test_private_addresses_are_not_connected_to(site, clock):
    fetcher = Fetcher(max_bytes=9, clock=clock, sleep=clock.sleep)
    site.put("/a", "x")
    assert "private network" in refusal(fetcher, f"{site.address}/a")
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_not_followed(site, clock, monkeypatch):
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    answers = {"news.example": ["127.0.0.1"], "inner.example": ["169.254.169.254"]}
    fetcher = Fetcher(
        max_bytes=9, resolve=lambda host, port: answers[host], clock=clock, sleep=clock.sleep
    )
    site.put("/a", "", status=302, Location=f"http://inner.example:{site.port}/secret")
    said = "inner.example is an address of this machine or of a private network"
    assert refusal(fetcher, f"http://news.example:{site.port}/a").startswith(said)
    assert site.taken() == [("/a", 302)]


def test_a_name_that_changes_its_address_gains_nothing(site, clock):
    """What was looked at is what is connected to: there is no second look-up in between."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    connected = []
    fetcher = Fetcher(
        max_bytes=9, resolve=lambda host, port: next(answers), clock=clock, sleep=clock.sleep
    )

    class Inner:
        def connect_tcp(self, address, *_):
            connected.append(address)
            raise OSError("stop here")

    fetcher._backend._inner = Inner()
    with pytest.raises(OSError, match="stop here"):
        fetcher.get("http://turning.example/")
    assert connected == ["93.184.215.14"]


def test_when_to_come_again_is_a_number_or_a_date():
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert retry_after(format_datetime(now + timedelta(minutes=2)), now) == 120.0
    assert retry_after(format_datetime(now - timedelta(minutes=2)), now) == 0.0
    assert retry_after("-5") is None
    assert retry_after(None) is None
