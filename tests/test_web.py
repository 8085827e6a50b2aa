"""Pages from the web: what is fetched, what never is, and the limits. All requests go to this machine itself."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from made_files import make_epub, make_pdf
from test_html import ARTICLE, PAGE

from index import ArticleError, ArticleTooLarge, EmptyArticle, Library, UnsupportedFormat
from index.article import read_article
from index.readers import web
from index.readers.formats import read_address
from index.readers.web import fetch

Answer = tuple[int, dict[str, str], bytes]

FRENCH = "<p>Le café est fermé, à l’été.</p>"
WEB: dict[str, Answer] = {
    "/page": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode()),
    "/packed": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE.encode())),
    "/french": (200, {"Content-Type": "text/html; charset=iso-8859-1"}, FRENCH.encode("cp1252")),
    "/plain": (200, {"Content-Type": "text/plain"}, b"<p>It rained.</p>"),
    "/notes.md": (200, {"Content-Type": "text/plain"}, b"It **rained**."),
    "/paper": (200, {"Content-Type": "application/pdf"}, make_pdf([["It rained."]])),
    "/book": (200, {"Content-Type": "application/octet-stream"}, make_epub({"a.xhtml": "<p>It rained.</p>"})),
    "/untyped": (200, {}, PAGE.encode()),
    "/picture": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    "/blank": (200, {"Content-Type": "text/html"}, b"<script>run()</script>"),
    "/odd": (200, {"Content-Type": ";;;=\xff"}, b"It rained."),
    "/gone": (404, {"Content-Type": "text/html"}, b"<p>No such page.</p>"),
    "/members": (403, {}, b""),
    "/moved": (301, {"Location": "/moved-again"}, b""),
    "/moved-again": (302, {"Location": "page#terms"}, b""),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/to-file": (302, {"Location": "file:///etc/hosts"}, b""),
    "/to-metadata": (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
    "/to-private": (307, {"Location": "//10.0.0.1/"}, b""),
    "/to-password": (302, {"Location": "http://a:b@127.0.0.1/"}, b""),
    "/large": (200, {"Content-Type": "text/plain"}, b"word " * 400),
    "/bomb": (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, gzip.compress(b"word " * 400_000)),
    "/liar": (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, b"this is not gzip"),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                if self.server.closing.wait(0.05):  # type: ignore[attr-defined]
                    return
                self.wfile.write(b"word ")
            return
        status, headers, content = WEB[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output is theirs."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a web server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.closing = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.closing.set()  # type: ignore[attr-defined]
        server.shutdown()


def text_at(address: str) -> str:
    return read_address(address, allow_loopback=True).text


def test_a_page_is_read_from_its_address(site: str) -> None:
    article = read_article(f" {site}/page#terms ", allow_loopback=True)
    assert article.text == ARTICLE
    assert article.title == "Fishing deal signed"
    assert article.source == f"{site}/page"
    assert article.id == read_article(f"{site}/page", allow_loopback=True).id


def test_what_the_server_says_it_sends_decides_how_it_is_read(site: str) -> None:
    assert text_at(f"{site}/packed") == text_at(f"{site}/untyped") == ARTICLE
    assert text_at(f"{site}/french") == "Le café est fermé, à l’été.\n"
    assert text_at(f"{site}/plain") == "<p>It rained.</p>"
    assert text_at(f"{site}/notes.md") == "It rained.\n"
    assert text_at(f"{site}/paper") == "It rained.\f"
    assert text_at(f"{site}/book") == "It rained.\n"
    assert text_at(f"{site}/odd") == "It rained."


def test_redirects_are_followed_and_the_source_is_what_was_asked_for(site: str) -> None:
    article = read_article(f"{site}/moved", allow_loopback=True)
    assert (article.text, article.source) == (ARTICLE, f"{site}/moved")


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("/gone", ArticleError, "answers 404 Not Found"),
        ("/members", ArticleError, "not shown to everyone"),
        ("/picture", UnsupportedFormat, "type image/png, which is not read"),
        ("/loop", ArticleError, "redirects more than 5 times"),
        ("/to-file", ArticleError, "no http or https address"),
        ("/to-metadata", ArticleError, r"private network \(169\.254\.169\.254\)"),
        ("/to-private", ArticleError, r"private network \(10\.0\.0\.1\)"),
        ("/to-password", ArticleError, "name or password"),
        ("/liar", ArticleError, "cannot be fetched"),
    ],
)
def test_what_cannot_be_read_is_named(site: str, path: str, kind: type[ArticleError], message: str) -> None:
    with pytest.raises(kind, match=message):
        read_address(site + path, allow_loopback=True)


def test_a_page_without_words_is_empty(site: str) -> None:
    with pytest.raises(EmptyArticle, match="/blank has no words"):
        read_article(f"{site}/blank", allow_loopback=True)


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_a_page_over_the_limit_is_refused(site: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_BYTES", 1000 if path == "/large" else 1_000_000)
    with pytest.raises(ArticleTooLarge, match=f"{path} is larger than"):
        fetch(site + path, allow_loopback=True)


def test_a_page_that_never_ends_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_SECONDS", 0)
    monkeypatch.setattr(web, "_CHUNK", 5)
    with pytest.raises(ArticleTooLarge, match="not here after 0 seconds"):
        fetch(f"{site}/slow", allow_loopback=True)


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with pytest.raises(ArticleError, match="cannot be fetched"):
        fetch(address, allow_loopback=True)


@pytest.fixture
def no_requests(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was connected to: nothing is."""
    asked: list[object] = []

    def refuse(*args: object, **options: object) -> None:
        asked.append(args)
        raise OSError("no request may be made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    return asked


PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fe80::1", "fc00::1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:db8::1", "2001::1",
    "5f00::1", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("ip", PRIVATE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_address_within_a_private_network_is_asked(
    ip: str, scheme: str, no_requests: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be it in the address itself, or what the name in it resolves to."""
    with pytest.raises(ArticleError, match="private network"):
        fetch(f"{scheme}://[{ip}]/" if ":" in ip else f"{scheme}://{ip}/")
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    where = (ip, 80, 0, 0) if ":" in ip else (ip, 80)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [(family, socket.SOCK_STREAM, 6, "", where)])
    with pytest.raises(ArticleError, match="private network"):
        fetch(f"{scheme}://innocent.example/")
    assert no_requests == []


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "LOCALHOST.", "①27.0.0.1"]
)
def test_other_ways_to_write_this_machine_are_seen_through(host: str, no_requests: list[object]) -> None:
    with pytest.raises(ArticleError, match=r"private network|cannot be fetched"):
        fetch(f"http://{host}/")
    assert no_requests == []


def test_a_private_network_stays_closed_where_this_machine_is_open(no_requests: list[object]) -> None:
    for ip in PRIVATE[3:]:
        if ip not in ("::1", "::ffff:127.0.0.1"):
            with pytest.raises(ArticleError, match="private network"):
                fetch(f"http://[{ip}]/" if ":" in ip else f"http://{ip}/", allow_loopback=True)
    assert no_requests == []


def test_a_public_address_is_asked_at_the_place_that_was_checked(
    no_requests: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is looked up once: a second look-up could say something else."""
    looked_up: list[object] = []

    def look_up(host: object, *args: object, **options: object) -> list[object]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(ArticleError, match="cannot be fetched"):
        fetch("http://innocent.example/")
    assert looked_up[0] == "innocent.example"
    assert set(looked_up[1:]) <= {"93.184.215.14"}
    assert len(no_requests) == 1


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hosts", "ftp://example.org/a", "gopher://example.org/", "javascript://a/%0arun()", "data://x"],
)
def test_only_web_addresses_are_fetched(address: str, library: Library) -> None:
    with pytest.raises(ArticleError, match="no http or https address"):
        library.add(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "https:///a",
        "http://[::1",
        "http://a:99999999/",
        "http://a b/",
        "http://\ud800/",
        "http://" + "a" * 300 + "/",
    ],
)
def test_what_is_no_address_is_named(address: str, no_requests: list[object]) -> None:
    with pytest.raises(ArticleError):
        fetch(address)
    assert no_requests == []


def test_a_library_fetches_nothing_of_this_machine(site: str, library: Library) -> None:
    with pytest.raises(ArticleError, match="private network"):
        library.add(f"{site}/page")
    assert library.articles == []


def test_no_proxy_and_no_password_of_the_user_is_used(
    site: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password words")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    seen: list[str | None] = []
    monkeypatch.setattr(_Handler, "log_message", lambda self, *args: seen.append(self.headers.get("Authorization")))
    assert fetch(f"{site}/plain", allow_loopback=True).content
    assert seen == [None]
