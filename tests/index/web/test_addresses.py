"""Which addresses may be asked, and the form in which they are known."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web.addresses import AddressRefused, canonical, is_public, is_web, joined, reachable


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://news.example/a", "javascript:alert(1)", "gopher://a", ""),
        *("https://", "http:///a", "https://ada:secret@news.example/", "//news.example/a"),
        *("https://news.example:99999/", "http://[::1/", "https://" + "a" * 2000),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url):
    with pytest.raises(AddressRefused, match="no address that is asked"):
        canonical(url)


def test_one_page_has_one_address():
    spellings = (
        "https://News.Example/a",
        "https://news.example:443/a#comments",
        "HTTPS://news.example/a?utm_source=x&utm_medium=y&fbclid=1",
    )
    assert {canonical(url) for url in spellings} == {"https://news.example/a"}
    assert canonical("https://news.example/a?id=2&utm_id=1") == "https://news.example/a?id=2"
    assert canonical("https://bücher.example/") == "https://xn--bcher-kva.example/"


def test_a_path_is_no_address():
    assert [is_web(name) for name in ("news", "a.html", "C:\\news", "https://a", "file:///a")] == [
        *(False, False, False, True, True)
    ]


def test_links_are_followed_from_where_they_stand():
    assert joined("https://a.example/news/", "../b?x=1#c") == "https://a.example/b?x=1"
    assert joined("https://a.example/", "mailto:ada@a.example") is None


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "0.0.0.0"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "no address"),
    ],
)
def test_what_is_not_of_the_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"],
)
def test_what_is_of_the_internet_is_public(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_makes_it_no_more_public(address):
    mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    translated = ipaddress.IPv6Address(bytes.fromhex("0064ff9b") + b"\0" * 8 + address.packed)
    assert is_public(str(mapped)) == is_public(str(address))
    assert is_public(str(translated)) == is_public(str(address))


def test_only_the_public_ones_of_a_host_are_reached():
    found = ["10.0.0.1", "93.184.215.14"]
    assert reachable("a.example", found, allow_private=False) == ["93.184.215.14"]
    assert reachable("a.example", found, allow_private=True) == found
    with pytest.raises(AddressRefused, match=r"^a\.example is .* private .*--allow-private$"):
        reachable("a.example", ["10.0.0.1"], allow_private=False)
