"""A site of the news on this machine, with what goes wrong on such sites."""

from __future__ import annotations

import gzip
import hashlib
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PARAGRAPHS = (
    "The council of {place} voted on {day} to close the old harbour to all traffic for a year.",
    "Engineers found cracks in the eastern quay, and the mayor said that no ship would moor there.",
    "Fishing crews were promised berths in the next bay until the works there are finished.",
    "The harbour of {place} was built in 1893 and had been repaired twice since the last war.",
)


def article_page(title, place="Corran", day="Monday", head="", charset="utf-8", more=""):
    """A page with menus around an article about a place."""
    told = [each.format(place=place, day=day) for each in PARAGRAPHS] + ([more] if more else [])
    body = "".join(f"<p>{paragraph}</p>" for paragraph in told)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="{charset}"><title>{title}</title>'
        f"{head}</head><body><nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
        f"<article><h1>{title}</h1>{body}</article><footer>Imprint</footer></body></html>"
    )


@dataclass
class Given:
    """What a path gives: a status, headers and a body, or a function that writes the answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    writes: object = None
    etag: bool = True


class _Quiet(ThreadingHTTPServer):
    """A server that says nothing of clients who leave early."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Site:
    """Serves ``paths`` on a free port of this machine, and notes what was asked of it.

    Attributes:
        address: Where it is, without a last slash.
        asked: (path, status) of every request, in order.
        headers: The headers of every request, in order.
    """

    def __init__(self):
        self.paths: dict[str, Given | list[Given]] = {}
        self.asked: list[tuple[str, int]] = []
        self.headers = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site._answer(self)

            def do_POST(self):
                site._answer(self)

            def log_message(self, *_):
                pass

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def page(self, path, title, **how):
        """Puts an article at a path."""
        self.put(path, article_page(title, **how), "text/html; charset=utf-8")

    def put(self, path, body, kind="text/html", status=200, **headers):
        """Puts something at a path."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.paths[path] = Given(data, status, {"Content-Type": kind, **named})

    def feed(self, path="/feed.xml", **titles):
        """Puts an RSS feed of pages at a path: the names of pages, and their titles."""
        items = "".join(
            f"<item><title>{title}</title><link>{self.address}/{name}?utm_source=rss</link>"
            "<pubDate>Mon, 04 May 2026 08:00:00 +0000</pubDate></item>"
            for name, title in titles.items()
        )
        whole = f'<rss version="2.0"><channel><title>Bay News</title>{items}</channel></rss>'
        self.put(path, f'<?xml version="1.0"?>{whole}', "application/rss+xml")

    def taken(self):
        """(path, status) of what was asked since the last call, without robots.txt."""
        asked, self.asked = self.asked, []
        return [each for each in asked if each[0] != "/robots.txt"]

    def _answer(self, request):
        self.headers.append(request.headers)
        given = self.paths.get(request.path, Given(b"nothing", 404))
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        if given.writes:
            self.asked.append((request.path, given.status))
            given.writes(request)
            return
        headers, body, status = dict(given.headers), given.body, given.status
        if given.etag and status == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.compress(body)
        self.asked.append((request.path, status))
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
