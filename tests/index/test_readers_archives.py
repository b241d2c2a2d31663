"""Archives hold what would be read beside them; bombs and names that lead out are refused."""

import gzip
import io
import json
import tarfile

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from index.article import Article, Skipped
from index.readers import files
from index.readers.files import Unpacked
from index.readers.source import Source, file_of
from index.sync import Comparison
from tests.index.documents import archive, read_source, report

RAIN = "Rain fell on Bern on Sunday.\n"
PAGE = (
    "<!doctype html><html><head><title>Rain</title></head><body><article><h1>Rain</h1>"
    "<p>Rain fell on Bern on Sunday, and the weather office said that it would fall on Monday.</p>"
    "<p>The streets were flooded, the mayor told reporters in the morning.</p>"
    "</article></body></html>"
)
RECORDS = "\n".join(json.dumps({"id": n, "text": f"Record {n}."}) for n in (1, 2))


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def by_uri(path):
    return {item.uri: item for item in read_source(path)}


def tar(members, mode="w"):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as pack:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            if isinstance(content, bytes | str):
                data = content if isinstance(content, bytes) else content.encode()
                entry.size = len(data)
                pack.addfile(entry, io.BytesIO(data))
            else:
                entry.type, entry.linkname = content
                pack.addfile(entry)
    return made.getvalue()


MEMBERS = {
    "2026/дождь.txt": RAIN,
    "2026/wire.jsonl": RECORDS,
    "2026/report.pdf": report(),
    "2026/photo.png": b"\x89PNG",
    "__MACOSX/._x.txt": "x",
    "in.zip": archive({"deep/snow.txt": "Snow fell.\n"}),
}
FOUND = [
    "2026/report.pdf", "2026/wire.jsonl#1", "2026/wire.jsonl#2", "2026/дождь.txt",
    "in.zip#deep/snow.txt",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("news.zip", archive(MEMBERS)),
        ("news.tar", tar(MEMBERS)),
        ("news.tar.gz", tar(MEMBERS, "w:gz")),
        ("news.tgz", tar(MEMBERS, "w:gz")),
        ("news.tar.xz", tar(MEMBERS, "w:xz")),
    ],
)
def test_what_lies_in_an_archive_is_read(tmp_path, name, data):
    found = by_uri(put(tmp_path / name, data))
    articles = {uri: item for uri, item in found.items() if isinstance(item, Article)}
    assert sorted(articles) == [f"{name}#{uri}" for uri in FOUND]
    assert articles[f"{name}#2026/дождь.txt"].text == RAIN
    assert articles[f"{name}#2026/дождь.txt"].key == "дождь"
    pages = articles[f"{name}#2026/report.pdf"]
    assert pages.place_at(pages.text.index("44 thousand")) == "p. 4"
    (photo,) = (item for item in found.values() if isinstance(item, Skipped))
    assert (photo.uri, photo.fault) == (f"{name}#2026/photo.png", False)
    assert {file_of(uri) for uri in found} == {name}


def test_a_compressed_file_is_what_it_would_be_without(tmp_path):
    put(tmp_path / "rain.txt.gz", gzip.compress(RAIN.encode()))
    put(tmp_path / "wire.jsonl.gz", gzip.compress(RECORDS.encode()))
    found = by_uri(tmp_path)
    assert list(found) == ["rain.txt.gz", "wire.jsonl.gz#1", "wire.jsonl.gz#2"]
    assert (found["rain.txt.gz"].key, found["rain.txt.gz"].text) == ("rain", RAIN)
    (odd,) = read_source(put(tmp_path / "rain.gz", gzip.compress(b"x")))
    assert odd.reason.startswith("files without an extension are not read")


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:\\evil.txt"]
)
def test_a_name_that_leads_out_is_told_and_nothing_is_written(tmp_path, name):
    for number, data in enumerate(
        (archive({name: "x", "a.txt": RAIN}), tar({name: "x", "a.txt": RAIN}))
    ):
        path = put(tmp_path / ("a.zip", "a.tar")[number], data)
        found = by_uri(path)
        skipped = [item for item in found.values() if isinstance(item, Skipped)]
        assert [item.reason for item in skipped] == [
            "its name leads out of the archive; it is not read"
        ]
        assert found[f"{path.name}#a.txt"].text == RAIN
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "a.zip"]


def test_links_and_devices_of_an_archive_are_told(tmp_path):
    members = {"a.txt": (tarfile.SYMTYPE, "/etc/passwd"), "b.txt": (tarfile.CHRTYPE, "")}
    found = by_uri(put(tmp_path / "a.tar", tar({**members, "c.txt": RAIN})))
    assert found["a.tar#c.txt"].text == RAIN
    for name in members:
        assert found[f"a.tar#{name}"].reason == (
            "it is a link or a device, not a file; leave it out"
        )


def test_a_member_with_a_password_is_told(tmp_path):
    data = bytearray(archive({"a.txt": RAIN, "b.txt": "It snowed.\n"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # as the directory says of an encrypted member
    found = by_uri(put(tmp_path / "a.zip", bytes(data)))
    assert found["a.zip#a.txt"].reason == "it has a password; unpack it and give its folder"
    assert found["a.zip#b.txt"].text == "It snowed.\n"


@pytest.fixture
def small(monkeypatch):
    """Archives may unpack to a million bytes and fifty members."""
    monkeypatch.setattr(files, "MAX_UNPACKED", 1_000_000)
    monkeypatch.setattr(files, "MAX_MEMBERS", 50)


BOMB = "the archive unpacks to far more than articles need; unpack it and give the folder of its"


def zeros(count):
    return archive({f"{n:02}.txt": b"a" * 200_000 for n in range(count)})


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.zip", zeros(40), BOMB),
        ("a.tar.gz", tar({f"{n:02}.txt": b"a" * 200_000 for n in range(40)}, "w:gz"), BOMB),
        ("a.tar.xz", tar({f"{n:02}.bin": b"a" * 200_000 for n in range(40)}, "w:xz"), BOMB),
        ("a.txt.gz", gzip.compress(b"a" * 5_000_000, mtime=0), BOMB),
        ("a.zip", archive({"b.zip": zeros(4), "c.zip": zeros(4), "d.txt": RAIN}), BOMB),
        (
            "a.zip",
            archive({f"{n}.txt": RAIN for n in range(60)}),
            "the archive has too many members",
        ),
        ("a.docx", archive({"word/document.xml": b" " * 2_000_000}), BOMB),
    ],
)
def test_a_bomb_is_one_sentence_and_ends(tmp_path, small, monkeypatch, name, data, reason):
    taken = []
    take = Unpacked.take
    monkeypatch.setattr(Unpacked, "take", lambda self, n: (taken.append(n), take(self, n)))
    found = list(read_source(put(tmp_path / name, data)))
    assert found[-1].reason.startswith(reason)
    told = [item for item in found if isinstance(item, Skipped) and item.fault]
    assert 1 <= len(told) <= 3  # of the member, the archive, and the archive that it lies in
    assert sum(taken) < 2_500_000
    assert max(taken) <= 2_000_000


def test_archives_in_archives_end_somewhere(tmp_path):
    data = archive({"a.txt": RAIN})
    for _ in range(6):
        data = archive({"a.zip": data})
    (found,) = read_source(put(tmp_path / "a.zip", data))
    assert found.reason.startswith("the archives lie too deep in one another; ")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", archive(MEMBERS)[:400]),
        ("a.zip", b"Rain"),
        ("a.tar", b"Rain" * 300),
        ("a.txt.gz", gzip.compress(RAIN.encode() * 500, mtime=0)[:40]),
        ("a.txt.gz", b"Rain"),
        ("a.tar.gz", tar(MEMBERS, "w:gz")[:1500]),
    ],
)
def test_a_damaged_archive_is_told(tmp_path, name, data):
    *_, last = read_source(put(tmp_path / name, data))
    assert last.uri == name
    assert last.reason.startswith(("the archive is damaged or cut off; ", "the file is damaged"))


def test_a_damaged_member_is_told_and_the_rest_goes_on(tmp_path):
    data = bytearray(archive({"a.txt": RAIN, "b.txt": "It snowed.\n"}, stored=["a.txt"]))
    data[data.index(b"Rain")] ^= 1
    found = by_uri(put(tmp_path / "a.zip", bytes(data)))
    assert found["a.zip#a.txt"].reason.startswith("the archive is damaged or cut off; ")
    assert found["a.zip#b.txt"].text == "It snowed.\n"


def test_what_an_archive_lost_is_removed_and_what_it_cannot_give_now_stays(tmp_path):
    path = put(tmp_path / "a.zip", archive({"a.txt": RAIN, "b.pdf": report(), "c.txt": "Sun.\n"}))
    first = Comparison({})
    first.add_sources([Source.at(path)], lambda number: None)
    stored = {uri: (1, a.id, a.root) for uri, a in first.fresh.items()}
    put(path, archive({"a.txt": RAIN, "b.pdf": b"%PDF-1.4 rest"}))
    second = Comparison(stored)
    second.add_sources([Source.at(path)], lambda number: None)
    assert second.report.unchanged == ["a.zip#a.txt"]
    assert second.report.removed == ["a.zip#c.txt"]
    assert [item.uri for item in second.report.skipped] == ["a.zip#b.pdf"]


# Web archives


def warc(*records, gz=True):
    made = io.BytesIO()
    writer = WARCWriter(made, gzip=gz)
    for address, status, kind, content in records:
        heads = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                address, "response", payload=io.BytesIO(content), http_headers=heads
            )
        )
    return made.getvalue()


HTML = "text/html; charset=utf-8"
CRAWL = (
    ("https://gull.example/rain?a=1#x", "200 OK", HTML, PAGE.encode()),
    ("https://gull.example/gone", "404 Not Found", HTML, PAGE.encode()),
    ("https://gull.example/style.css", "200 OK", "text/css", b"p {}"),
    ("https://gull.example/menu", "200 OK", HTML, b"<p><a href='/'>Home</a></p>"),
    ("https://gull.example/report.pdf", "200 OK", "application/pdf", report()),
    ("https://gull.example/rain?a=1#x", "200 OK", HTML, PAGE.encode()),
)


@pytest.mark.parametrize(("name", "gz"), [("a.warc.gz", True), ("a.warc", False)])
def test_the_pages_of_a_web_archive(tmp_path, name, gz):
    rain, menu, pages = read_source(put(tmp_path / name, warc(*CRAWL, gz=gz)))
    address = "https://gull.example/rain?a=1#x"
    assert (rain.uri, rain.key, rain.url) == (f"{name}#{address}", address, address)
    assert rain.title == "Rain"
    assert rain.published is None  # the day on which it was fetched says nothing of that
    assert "The streets were flooded, the mayor told reporters in the morning." in rain.text
    assert isinstance(menu, Skipped)
    assert pages.place_at(pages.text.index("33 thousand")) == "p. 3"
    assert file_of(rain.uri) == name
    assert Source.at(tmp_path / name).covers(rain.uri)


def test_a_web_archive_that_is_cut_off_gives_what_stands_before(tmp_path):
    data = warc(*CRAWL[:1], gz=False) + b"WARC/1.0\r\nWARC-Ty"
    rain, *rest = read_source(put(tmp_path / "a.warc", data))
    assert rain.title == "Rain"
    assert len(rest) <= 1


@pytest.mark.parametrize("data", [b"Rain fell.", warc(*CRAWL[1:3], gz=False)])
def test_no_pages_in_a_web_archive(tmp_path, data):
    (found,) = read_source(put(tmp_path / "a.warc", data))
    assert found.reason.startswith(("the file is no web archive", "the web archive holds no page"))
