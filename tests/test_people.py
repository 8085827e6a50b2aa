"""Articles that people add over HTTP: theirs alone, whole or absent, and within limits."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bag_encoder import BagOfWordsEncoder
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.access import Access
from bot.incoming import Gone, from_text
from bot.limits import Limits
from bot.loading import Loading
from bot.login import Login
from bot.memory import Memory
from bot.person import logged_in, newcomer
from bot.service import create_app
from bot.shelves import Shelves
from index import Article, ArticleError, Library, NoSuchArticle
from index import article as reading

TOWER = "The tower opened in 1889.\n\nIt is 330 metres tall."
HARBOUR = "The secret harbour of Aldermoor was sold to Marlowe for nine hundred crowns."
OTHER = "The quarry at Brandreth belongs to the widow Penhaligon since the great flood."
ASKED = {"question": "Who was the harbour of Aldermoor sold to?"}

model = pytest.mark.model

MakeApp = Callable[..., FastAPI]


@pytest.fixture
def make_app(library: Library, tmp_path: Path) -> Iterator[MakeApp]:
    """An application over a library that holds TOWER; people's own libraries need no model either."""
    made: list[Shelves] = []
    library.add_text(TOWER, title="The tower", source="/srv/articles/tower.md")

    def make(access: Access | None = None, folder: Path | None = None, limits: Limits | None = None) -> FastAPI:
        access = access or Access(limits=limits or Limits())
        settled, may_add = access.settled()
        memory = Memory()
        shelves = Shelves(
            Loading.done(library),
            limits=settled,
            memory=memory,
            folder=folder,
            may_add=may_add,
            make=lambda where: Library(where, model=BagOfWordsEncoder()),
        )
        made.append(shelves)
        return create_app(Loading.done(library), memory=memory, shelves=shelves, access=access)

    yield make
    for shelves in made:
        shelves.close()


@pytest.fixture
def app(make_app: MakeApp) -> FastAPI:
    return make_app()


def browser(app: FastAPI, **options: Any) -> TestClient:
    """Somebody with a cookie jar of their own."""
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False, **options)


def add(client: TestClient, text: str = HARBOUR, **more: Any) -> Any:
    response = client.post("/v1/articles", json={"text": text, **more})
    assert response.status_code == 201, response.text
    return response.json()


def titles(client: TestClient) -> list[str]:
    return [article["title"] for article in client.get("/v1/articles").json()["articles"]]


def test_an_added_text_is_listed_shown_and_removed(app: FastAPI) -> None:
    client = browser(app)
    row = add(client, title="Harbour")
    assert (row["title"], row["shared"], row["unchanged"], row["can_remove"]) == ("Harbour", False, False, True)
    assert row["characters"] == len(HARBOUR)
    assert titles(client) == ["The tower", "Harbour"]
    assert client.get(f"/v1/articles/{row['id']}").json()["text"] == HARBOUR
    assert HARBOUR in client.get(f"/page/articles/{row['id']}").text
    again = client.post("/v1/articles", json={"text": HARBOUR})
    assert (again.status_code, again.json()["unchanged"], again.json()["id"]) == (200, True, row["id"])
    assert client.delete(f"/v1/articles/{row['id']}").status_code == 204
    assert titles(client) == ["The tower"]
    assert client.delete(f"/v1/articles/{row['id']}").status_code == 404


def test_what_is_there_for_all_is_not_added_twice(app: FastAPI, library: Library) -> None:
    shared = library.add_text(OTHER, title="The quarry")
    client = browser(app)
    response = client.post("/v1/articles", json={"text": OTHER})
    assert (response.status_code, response.json()["id"], response.json()["shared"]) == (200, shared.id, True)
    assert titles(client) == ["The tower", "The quarry"]


@pytest.mark.parametrize(
    ("name", "content", "title", "source"),
    [
        ("notes.txt", TOWER.encode(), "The tower opened in 1889.", "notes.txt"),
        ("page.html", b"<html><title>A page</title><p>The bridge is green and long.</p></html>", None, "page.html"),
        ("../../etc/passwd", b"Root lives in the house.", None, "passwd"),
        ("C:\\Users\\me\\notes.md", b"# Mine\n\nThe house is red.", "Mine", "notes.md"),
    ],
)
def test_a_file_is_kept_under_its_name_alone(
    app: FastAPI, name: str, content: bytes, title: str | None, source: str
) -> None:
    client = browser(app)
    response = client.post("/v1/articles", files={"file": (name, content)})
    assert response.status_code == 201, response.text
    assert response.json()["source"] == source
    assert title is None or response.json()["title"] == title
    refreshed = client.post(f"/v1/articles/{response.json()['id']}/refresh")
    assert refreshed.status_code == 422, "a name that a client chose must not be read from the server's disk"


def test_two_files_of_one_name_are_two_articles(app: FastAPI) -> None:
    client = browser(app)
    for content in (HARBOUR, OTHER):
        assert client.post("/v1/articles", files={"file": ("a.txt", content.encode())}).status_code == 201
    assert len(titles(client)) == 3


@model
def test_nobody_sees_or_is_answered_from_what_another_added(app: FastAPI) -> None:
    one, other = browser(app), browser(app)
    row = add(one, title="Mine")
    add(other, OTHER, title="Theirs")
    assert titles(one) == ["The tower", "Mine"]
    assert titles(other) == ["The tower", "Theirs"]
    assert one.post("/v1/ask", json=ASKED).json()["text"] == HARBOUR
    for scope in (None, [row["id"]]):
        response = other.post("/v1/ask", json={**ASKED, "articles": scope})
        assert "Marlowe" not in response.text
        assert "Marlowe" not in other.post("/v1/search", json={**ASKED, "articles": scope}).text
        assert (response.status_code == 404) == (scope is not None)
    for path in (f"/v1/articles/{row['id']}", f"/page/articles/{row['id']}", f"/page/questions/{row['id']}"):
        assert other.get(path).status_code == 404
    assert other.delete(f"/v1/articles/{row['id']}").status_code == 404
    assert other.post(f"/v1/articles/{row['id']}/refresh").status_code == 404
    assert titles(one) == ["The tower", "Mine"]
    assert "Marlowe" not in browser(app).post("/v1/ask", json=ASKED).text


@model
def test_a_conversation_with_the_same_history_is_not_taken_for_that_of_another(app: FastAPI) -> None:
    one, other = browser(app), browser(app)
    add(one)
    add(other, OTHER)
    history = [ASKED["question"]]
    one.post("/v1/ask", json={"question": ASKED["question"]})
    follow_up = {"question": "For how many crowns was it?", "history": history}
    assert "crowns" in one.post("/v1/ask", json=follow_up).json()["text"]
    assert "Marlowe" not in other.post("/v1/ask", json=follow_up).text


def test_the_same_text_of_two_people_is_two_articles(app: FastAPI) -> None:
    one, other = browser(app), browser(app)
    mine, theirs = add(one), add(other)
    assert mine["id"] != theirs["id"]
    one.delete(f"/v1/articles/{mine['id']}")
    assert len(titles(other)) == 2


def test_full_paths_of_this_machine_are_told_to_nobody(app: FastAPI) -> None:
    client = browser(app)
    for path in ("/v1/articles", "/page/articles"):
        assert "/srv" not in client.get(path).text
    assert client.get("/v1/articles").json()["articles"][0]["source"] == "tower.md"
    assert "/srv" not in client.post("/v1/search", json={"question": "How tall is it?", "read": False}).text


@model
def test_a_citation_names_the_file_and_not_its_folder(app: FastAPI) -> None:
    answer = browser(app).post("/v1/ask", json={"question": "How tall is the tower?"}).json()
    assert answer["citations"][0]["source"] == "tower.md"


def test_shared_articles_are_for_who_runs_the_server_to_change(make_app: MakeApp, library: Library) -> None:
    shared = library.articles[0].id
    login = Login({"ann": "apple", "bob": "berry"})
    app = make_app(Access(login=login, is_local=False))
    assert browser(app, headers=basic("bob", "berry")).delete(f"/v1/articles/{shared}").status_code == 403
    assert len(library.articles) == 1
    assert browser(app, headers=basic("ann", "apple")).delete(f"/v1/articles/{shared}").status_code == 204
    assert library.articles == []


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({}, 422, "url"),
        ({"text": "a b", "url": "http://x.example"}, 422, "either"),
        ({"url": "file:///etc/passwd"}, 422, "http"),
        ({"url": "/etc/passwd"}, 422, "http"),
        ({"url": "http://127.0.0.1:1/"}, 422, "private"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, 422, "private"),
        ({"text": " .. "}, 422, "words"),
        ({"text": "half \ud83d"}, 422, ""),
        ({"text": 5}, 422, "text"),
        ({"text": "a b", "file": "/etc/passwd"}, 422, "file"),
    ],
)
def test_what_cannot_be_added_is_told_in_a_sentence(app: FastAPI, body: Any, code: int, told: str) -> None:
    client = browser(app)
    response = client.post("/v1/articles", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert response.status_code == code, response.text
    error = response.json()["error"]
    assert told in error["message"]
    assert error["code"]
    assert "Traceback" not in response.text
    assert titles(client) == ["The tower"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"other": ("a.txt", b"The house is red.")}, 422),
        ({"file": ("a.txt", b"")}, 422),
        ({"file": ("a.zip", b"PK\x03\x04" + bytes(100))}, 415),
        ({"file": ("a.exe", b"MZ" + bytes(range(256)) * 9)}, 415),
        ({"file": ("a.pdf", b"%PDF-1.4 nothing more")}, 422),
    ],
)
def test_a_file_that_cannot_be_read_is_told(app: FastAPI, files: Any, code: int) -> None:
    client = browser(app)
    response = client.post("/v1/articles", files=files)
    assert response.status_code == code, response.text
    assert response.json()["error"]["message"]
    assert titles(client) == ["The tower"]


def test_a_file_over_the_limit_is_refused_while_it_comes_in(make_app: MakeApp) -> None:
    """Far more is offered than may be; the server stops taking it, and keeps nothing of it."""
    client = browser(make_app(limits=Limits(upload=100_000)))
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(100):
            taken += 1
            yield b"words " * 20_000

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    response = client.post("/v1/articles", content=endless(), headers=kind)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert "0.1 MB" in response.json()["error"]["message"]
    announced = client.post("/v1/articles", content=b"x" * 2_000_000, headers=kind)
    assert announced.status_code == 413
    just_over = client.post("/v1/articles", files={"file": ("a.txt", b"words " * 20_000)})
    assert just_over.status_code == 413
    assert client.post("/v1/ask", content=b" " * 3_000_000).status_code == 413
    assert titles(client) == ["The tower"]


def test_a_person_may_add_so_many_and_no_more(make_app: MakeApp) -> None:
    app = make_app(limits=Limits(articles=2))
    client = browser(app)
    first = add(client, "One is here.")
    add(client, "Two is here.")
    refused = client.post("/v1/articles", json={"text": "Three is here."})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_articles")
    assert client.post("/v1/articles", json={"text": "One is here."}).json()["unchanged"]
    client.delete(f"/v1/articles/{first['id']}")
    add(client, "Three is here.")
    add(browser(app), "Three is here.")


def test_there_is_room_for_so_many_people_and_the_idle_make_room(make_app: MakeApp) -> None:
    app = make_app(limits=Limits(people=1, idle=0.2))
    add(browser(app))
    assert browser(app).post("/v1/articles", json={"text": OTHER}).status_code == 503
    time.sleep(0.3)
    add(browser(app), OTHER)


def test_a_client_may_ask_so_often_in_a_minute(make_app: MakeApp) -> None:
    client = browser(make_app(Access(rate=3)))
    question = {"question": "How tall is it?", "read": False}
    codes = [client.post("/v1/search", json=question).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert client.get("/v1/articles").status_code == 200
    assert client.post("/v1/search", json=question).headers["Retry-After"]


def test_nothing_can_be_added_where_others_reach_the_server_without_a_login(make_app: MakeApp) -> None:
    client = browser(make_app(Access(is_local=False)))
    assert client.get("/v1/articles").json()["adding"]["allowed"] is False
    response = client.post("/v1/articles", json={"text": HARBOUR})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_allowed")
    add(browser(make_app(Access(is_local=False, may_add=True))))


def test_who_logs_in_finds_their_articles_again_after_a_restart(make_app: MakeApp, tmp_path: Path) -> None:
    access = Access(login=Login({"ann": "apple", "bob": "berry"}), is_local=False)
    folder = tmp_path / "people"
    ann = browser(make_app(access, folder), headers=basic("ann", "apple"))
    add(ann, title="Mine")
    assert ann.get("/v1/articles").json()["adding"]["kept"] is True
    app = make_app(access, folder)
    assert titles(browser(app, headers=basic("ann", "apple"))) == ["The tower", "Mine"]
    assert titles(browser(app, headers=basic("bob", "berry"))) == ["The tower"]


def test_a_page_is_read_again_and_what_was_answered_from_it_forgotten(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(["The harbour is open.", "The harbour is open.", "The harbour is closed."])

    def fetched(where: str, *, title: str | None = None, **_: Any) -> Article:
        return reading.make_article(next(texts), title=title or "Harbour", source=where)

    monkeypatch.setattr(reading, "read_article", fetched)
    client = browser(app)
    row = client.post("/v1/articles", json={"url": "https://news.example/harbour"}).json()
    assert (row["source"], row["can_refresh"]) == ("https://news.example/harbour", True)
    same = client.post(f"/v1/articles/{row['id']}/refresh").json()
    assert (same["id"], same["unchanged"]) == (row["id"], True)
    changed = client.post(f"/v1/articles/{row['id']}/refresh").json()
    assert (changed["id"], changed["unchanged"]) == (row["id"], False)
    assert client.get(f"/v1/articles/{row['id']}").json()["text"] == "The harbour is closed."


def test_adding_tells_how_far_it_is_to_who_wants_to_know(app: FastAPI) -> None:
    text = "\n\n".join(f"House number {n} is red and tall." for n in range(30))
    lines = {"Accept": "application/x-ndjson"}
    response = browser(app).post("/v1/articles", json={"text": text}, headers=lines)
    stages = [json.loads(line) for line in response.text.splitlines()]
    assert [stages[0]["stage"], stages[-1]["stage"]] == ["reading", "added"]
    encoded = [stage for stage in stages if stage["stage"] == "encoding"]
    assert encoded[-1]["done"] == encoded[-1]["of"] >= 30
    assert stages[-1]["article"]["characters"] == len(text)
    failed = browser(app).post("/v1/articles", files={"file": ("a.txt", b"")}, headers=lines)
    last = json.loads(failed.text.splitlines()[-1])
    assert (last["stage"], last["status"], last["error"]["code"]) == ("failed", 422, "empty_article")


class SlowEncoder(BagOfWordsEncoder):
    """Tells that it has begun, and goes on when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def encode(self, texts: Any, *, progress: Any = None) -> Any:
        self.begun.set()
        assert self.may_go_on.wait(10)
        return super().encode(texts, progress=progress)


@pytest.mark.parametrize("stop_after", ["encoding", "everything"])
def test_an_addition_that_nobody_waits_for_leaves_all_as_it_was(library: Library, stop_after: str) -> None:
    encoder = SlowEncoder()
    shelves = Shelves(Loading.done(library), make=lambda where: Library(where, model=encoder))
    person, gone = newcomer(), threading.Event()
    errors: list[BaseException] = []

    def progress(done: int, of: int) -> None:
        if stop_after == "everything" and done == of:
            gone.set()

    def run() -> None:
        try:
            shelves.add(person, from_text(HARBOUR), stopped=gone.is_set, progress=progress)
        except Gone as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert encoder.begun.wait(10)
    if stop_after == "encoding":
        gone.set()
    encoder.may_go_on.set()
    thread.join(10)
    own = shelves.own(person)
    assert len(errors) == 1
    assert own is not None
    assert own.articles == []
    assert own.search("Who was the harbour sold to?", read=False) == []
    assert shelves.add(person, from_text(HARBOUR)).article.text == HARBOUR
    shelves.close()


def test_a_client_that_goes_away_stops_what_it_asked_for(library: Library) -> None:
    """Over ASGI, as a server tells it: the body has come, then the connection is gone."""
    encoder = SlowEncoder()
    shelves = Shelves(Loading.done(library), make=lambda where: Library(where, model=encoder))
    app = create_app(Loading.done(library), shelves=shelves)
    person = newcomer()
    body = json.dumps({"text": HARBOUR}).encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/articles",
        "raw_path": b"/v1/articles",
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 7860),
        "headers": [(b"content-type", b"application/json"), (b"cookie", f"pullquote={person.token}".encode())],
    }

    async def go() -> None:
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            if message := next(messages, None):
                return message
            await asyncio.to_thread(encoder.begun.wait, 10)
            asyncio.get_running_loop().call_later(0.3, encoder.may_go_on.set)
            return {"type": "http.disconnect"}

        async def send(_: Any) -> None:
            pass

        await app(scope, receive, send)

    asyncio.run(go())
    own = shelves.own(_with_owner(person.token))
    assert own is not None
    assert own.articles == []
    shelves.close()


def test_reading_stops_when_nobody_waits_for_it() -> None:
    page = b"<html><body>" + b"<p>The house is red and tall and old.</p>" * 2_000 + b"</body></html>"
    began = time.monotonic()
    with pytest.raises(ArticleError, match="wanted"):
        reading.read_content(page, "page.html", stopped=lambda: time.monotonic() > began + 0.3)


def test_a_desk_of_one_person_does_not_reach_that_of_another(library: Library) -> None:
    shelves = Shelves(Loading.done(library), make=lambda where: Library(where, model=BagOfWordsEncoder()))
    ann, bob = logged_in("ann"), logged_in("bob")
    mine = shelves.add(ann, from_text(HARBOUR)).article
    assert shelves.desk(ann).article(mine.id).text == HARBOUR
    with pytest.raises(NoSuchArticle):
        shelves.desk(bob).article(mine.id)
    with pytest.raises(NoSuchArticle):
        shelves.desk(bob).search("harbour", articles=[mine.id])
    shelves.close()


def test_documentation_shows_how_to_add(app: FastAPI) -> None:
    description = browser(app).get("/openapi.json").json()
    content = description["paths"]["/v1/articles"]["post"]["requestBody"]["content"]
    assert content["application/json"]["examples"]
    assert content["multipart/form-data"]["schema"]["properties"]["file"]["format"] == "binary"
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            assert told["summary"], (path, method)


def basic(name: str, password: str) -> dict[str, str]:
    import base64

    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def _with_owner(token: str) -> Any:
    from bot.person import known

    return known(token)
