"""Who is let in, from where, and as whom; and what every answer carries."""

from __future__ import annotations

import base64
import re
from argparse import Namespace
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from fake_library import FakeLibrary, make_article
from fastapi.testclient import TestClient

import app as program
from bot.access import Access, access_of
from bot.arguments import parse_arguments
from bot.limits import Limits
from bot.loading import Loading
from bot.login import Login, NoSuchLogin
from bot.service import create_app
from bot.trouble import without_paths
from index import Library

DEAL = make_article("# The deal\n\nThe deal does not cover returns.", title="The deal")
QUESTION = {"question": "Does the deal cover returns?"}


def client_of(access: Access | None = None, library: FakeLibrary | None = None) -> TestClient:
    app = create_app(Loading.done(cast(Library, library or FakeLibrary(DEAL))), access=access)
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/v1/articles", "/page/page.css", "/docs", "/mcp", "/gradio_api/info"]
)
def test_one_login_guards_the_page_and_everything_else(path: str) -> None:
    client = client_of(Access(login=Login({"ann": "apple"})))
    refused = client.get(path)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic")
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert "set-cookie" not in refused.headers
    assert client.get(path, headers=basic("ann:apple")).status_code != 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !",
        "Basic YQ==",
        "Bearer apple",
        *(basic(each)["Authorization"] for each in ("ann:", ":apple")),
    ],
)
def test_what_is_no_login_lets_nobody_in(header: str) -> None:
    client = client_of(Access(login=Login({"ann": "apple"})))
    assert client.get("/healthz", headers={"Authorization": header}).status_code == 401


def test_a_name_and_a_password_go_together_and_may_hold_any_letters() -> None:
    login = Login({"ann": "apple", "bøb": "пароль:with colon"})
    assert login.name_of(basic("ann:apple")["Authorization"]) == "ann"
    assert login.name_of(basic("bøb:пароль:with colon")["Authorization"]) == "bøb"
    assert login.name_of(basic("ann:пароль:with colon")["Authorization"]) is None
    assert login.owner == "ann"


def test_guessing_passwords_is_slow_work() -> None:
    client = client_of(Access(login=Login({"ann": "apple"})))
    codes = [client.get("/healthz", headers=basic(f"ann:{number}")).status_code for number in range(12)]
    assert codes == [401] * 10 + [429] * 2


def test_logins_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "logins.txt"
    file.write_text("# who may come in\nann:apple\n\nbob:be:rry\n", encoding="utf-8")
    login = Login.parse(str(file))
    assert login.name_of(basic("bob:be:rry")["Authorization"]) == "bob"
    assert login.owner == "ann"
    assert Login.parse("ann:apple").owner == "ann"


@pytest.mark.parametrize("given", ["ann", "no/such/file", ":apple", "ann:"])
def test_what_is_given_as_a_login_and_is_none_is_told_without_repeating_it(given: str) -> None:
    with pytest.raises(NoSuchLogin) as error:
        Login.parse(given)
    assert "apple" not in str(error.value)


def test_the_command_line_sets_who_may_use_it_and_how_much() -> None:
    options = parse_arguments(
        ["chat", "--auth", "ann:apple", "--no-adding", "--max-upload", "3", "--max-articles", "7", "--rate", "9"]
    )
    access = access_of(options)
    assert access.login is not None
    assert access.login.owner == "ann"
    assert access.settled() == (Limits(upload=3_000_000, articles=7, rate=9), False)


@pytest.mark.parametrize(
    ("access", "rate", "may_add"),
    [
        (Access(), 0, True),
        (Access(is_local=False), 120, False),
        (Access(is_local=False, may_add=True, rate=0), 0, True),
        (Access(is_local=False, login=Login({"ann": "apple"})), 120, True),
    ],
)
def test_a_server_that_others_reach_is_more_careful(access: Access, rate: int, may_add: bool) -> None:
    limits, adding = access.settled()
    assert (limits.rate, adding) == (rate, may_add)


def test_a_server_open_to_all_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import service

    told: list[str] = []
    monkeypatch.setattr(service, "_load_in_turn", lambda *_: None)
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    service.serve(host="0.0.0.0", port=0, warn=told.append)  # noqa: S104
    assert len(told) == 1
    assert "--auth" in told[0]
    service.serve(host="0.0.0.0", port=0, warn=told.append, access=Access(login=Login({"a": "b"})))  # noqa: S104
    service.serve(host="127.0.0.1", port=0, warn=told.append)
    assert len(told) == 1


def test_the_chat_hands_its_options_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import service

    served: dict[str, Any] = {}
    monkeypatch.setattr(service, "serve", lambda *_, **options: served.update(options))
    monkeypatch.setenv("PULLQUOTE_AUTH", "ann:apple")
    assert program.main(["chat", "--max-articles", "2"]) == 0
    assert served["access"].login.owner == "ann"
    assert served["access"].limits.articles == 2
    assert access_of(Namespace(auth=None, max_upload=None, max_articles=None, rate=None, adding=None)) == Access()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:7860"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_pages_of_other_sites_can_make_it_do_nothing(headers: dict[str, str], code: int) -> None:
    client = client_of()
    assert client.post("/v1/search", json=QUESTION, headers=headers).status_code == code
    assert client.post("/v1/articles", json={}, headers=headers).status_code == (403 if code == 403 else 422)
    assert client.get("/v1/articles", headers=headers).status_code == 200


def test_a_browser_gets_a_cookie_that_scripts_and_other_sites_do_not() -> None:
    client = client_of()
    cookie = client.get("/").headers["set-cookie"]
    assert re.match(r"pullquote=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", cookie)
    assert "Secure" not in cookie
    assert "set-cookie" not in client.get("/").headers, "who has one keeps it"
    encrypted = client_of().get("https://127.0.0.1:7860/")
    assert encrypted.headers["set-cookie"].endswith("; Secure")
    assert "set-cookie" not in client_of().post("/v1/ask", json=QUESTION).headers


@pytest.mark.parametrize(
    "made_up", ["pullquote=", "pullquote=ann", "pullquote=" + "a" * 5_000, "pullquote=../../x", '"']
)
def test_a_cookie_of_another_make_is_not_taken(made_up: str) -> None:
    response = client_of().get("/v1/articles", headers={"Cookie": made_up})
    assert response.status_code == 200
    assert response.headers["set-cookie"].startswith("pullquote=")


def test_a_mistake_of_ours_is_answered_with_the_same_headers_as_all() -> None:
    library = FakeLibrary(DEAL)
    library.error = RuntimeError("secret of /home/me")
    response = client_of(library=library).post("/v1/search", json=QUESTION)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["error"]["code"] == "internal"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert response.headers[name]
    assert "frame-ancestors" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("another process is writing to /srv/people/lib: try again", "another process is writing to lib: try again"),
        ("'/home/me/a b/notes.txt' is damaged", "'b/notes.txt' is damaged"),
        ("https://news.example/a/b.html is not read", "https://news.example/a/b.html is not read"),
        ("C:\\Users\\me\\notes.txt is damaged", "notes.txt is damaged"),
        ("first\nTraceback: second", "first"),
        ("either yes/no or neither", "either yes/no or neither"),
    ],
)
def test_folders_of_this_machine_are_left_out_of_what_is_told(message: str, told: str) -> None:
    assert "/home" not in without_paths(message)
    if "a b" not in message:  # a folder with a blank in its name is told in part
        assert without_paths(message) == told
