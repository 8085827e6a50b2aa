"""The HTTP service: what programs send and get, and what they are told while it loads or when something is wrong."""

from __future__ import annotations

import dataclasses
import json
import re
import socket
from collections.abc import Iterator
from typing import Any, cast

import pytest
from fake_library import FakeLibrary, make_article
from fastapi.testclient import TestClient
from scripted_memory import tower_answer
from starlette.responses import PlainTextResponse

from bot import Answer, Conversation
from bot.gate import Gate
from bot.loading import Loading, Status, StillLoading
from bot.memory import Memory
from bot.opening import OpeningLibrary
from bot.render import to_dict
from bot.schema import AnswerBody
from bot.service import CannotListen, create_app, serve
from index import EmptyArticle, Hit, Library, LibraryBusy, PullquoteError

DEAL = make_article("# The deal\n\nThe deal does not cover returns. Money was not named.", title="The deal")
CATS = make_article("Cats sleep for most of the day.\n\nThey hunt at dusk.", title="Cats", source="/home/me/cats.txt")


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(DEAL, CATS)


@pytest.fixture
def client(library: FakeLibrary) -> Iterator[TestClient]:
    app = create_app(Loading.done(cast(Library, library)))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, question: str, **more: Any) -> Any:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


def test_ask_gives_the_answer_of_a_conversation_under_the_same_names(client: TestClient, library: FakeLibrary) -> None:
    answer = ask(client, "Does the deal cover returns?")
    assert answer == to_dict(Conversation(cast(Library, library)).ask("Does the deal cover returns?"))
    assert answer["text"] == "The deal does not cover returns."
    assert answer["quotes"][0]["start"] == DEAL.text.index("The deal does")


def test_a_question_that_is_not_answered_gives_the_nearest_passage_and_no_quote(client: TestClient) -> None:
    answer = ask(client, "Who painted the Mona Lisa?")
    assert (answer["text"], answer["quotes"]) == ("", [])
    assert answer["nearest"]["passage"]["text"] in DEAL.text + CATS.text
    assert answer["message"]


def test_a_blank_question_is_no_error(client: TestClient) -> None:
    assert ask(client, " ")["quotes"] == []
    assert client.post("/v1/search", json={"question": " "}).json() == {"hits": []}


def test_questions_are_asked_of_the_articles_that_are_named(client: TestClient) -> None:
    question = "Do cats sleep for most of the day?"
    assert ask(client, question, articles=["cats"])["text"] == "Cats sleep for most of the day."
    assert ask(client, question, articles=["the-deal"])["text"] == ""


@pytest.mark.parametrize(
    "history",
    [
        ["Does the deal cover returns?"],
        [{"question": "Does the deal cover returns?"}],
        [{"question": "Does the deal cover returns?", "answer": {"text": "The deal does not cover returns."}}],
        [
            {"role": "user", "content": "Does the deal cover returns?"},
            {"role": "assistant", "content": "The deal does not cover returns."},
        ],
    ],
)
def test_a_history_may_be_questions_turns_or_chat_messages(
    client: TestClient, library: FakeLibrary, history: list[Any]
) -> None:
    ask(client, "Do cats hunt at dusk?", history=history)
    assert list(dict.fromkeys(library.searches)) == ["Does the deal cover returns?", "Do cats hunt at dusk?"]


def test_an_answer_can_be_sent_back_as_history(client: TestClient) -> None:
    first = ask(client, "Does the deal cover returns?")
    assert ask(client, "Do cats hunt at dusk?", history=[first])["text"] == "They hunt at dusk."


def test_search_gives_hits_best_first(client: TestClient) -> None:
    hits = client.post("/v1/search", json={"question": "Do cats hunt at dusk?", "k": 2}).json()["hits"]
    assert len(hits) == 2
    assert hits[0]["quote"]["text"] == "They hunt at dusk."
    assert hits[0]["score"] >= hits[1]["score"]
    assert hits[0].keys() == {field.name for field in dataclasses.fields(Hit)}


def test_articles_are_listed_without_their_text(client: TestClient) -> None:
    listed = client.get("/v1/articles").json()["articles"]
    assert [article["title"] for article in listed] == ["The deal", "Cats"]
    assert listed[1] == {
        "id": "cats",
        "title": "Cats",
        "source": "cats.txt",
        "added": "2026-03-01T00:00:00Z",
        "characters": len(CATS.text),
        "revision": CATS.revision,
        "author": None,
        "published": None,
        "shared": True,
        "can_refresh": True,
        "can_remove": True,
    }


def test_what_was_asked_before_is_not_searched_again(library: FakeLibrary) -> None:
    memory = Memory()
    asked = cast(Library, library)
    questions = ["Does the deal cover returns?", "Was money named?", "Do cats hunt at dusk?"]
    for turn, question in enumerate(questions):
        fresh = Conversation.from_history(asked, questions[:turn]).ask(question)
        library.searches.clear()
        assert memory.ask(asked, question, questions[:turn]) == fresh
        assert set(library.searches) == {question}


def test_conversations_about_other_articles_are_other_conversations(library: FakeLibrary) -> None:
    memory = Memory()
    asked = cast(Library, library)
    memory.ask(asked, "Do cats hunt at dusk?")
    library.searches.clear()
    memory.ask(asked, "Was money named?", ["Do cats hunt at dusk?"], ["cats"])
    assert library.searches[0] == "Do cats hunt at dusk?"


class Recorder(Memory):
    """Notes what is asked of it, and gives a fixed answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []

    def ask(self, library: Library, question: str, history: Any = (), articles: Any = None, **options: Any) -> Answer:
        self.asked.append({"question": question, "history": list(history), "articles": articles, **options})
        return tower_answer(question)


def test_as_typed_and_suggest_reach_the_conversation_and_its_answer_comes_whole() -> None:
    memory = Recorder()
    with TestClient(create_app(Loading.done(cast(Library, FakeLibrary(DEAL))), memory=memory)) as client:
        history: list[Any] = [
            "Cats?",
            {"question": "And dogs?", "as_typed": True},
            {"question": "Why?", "as_typed": False},
        ]
        found = ask(client, "And the EU?", as_typed=True, suggest=3, history=history)
    assert memory.asked == [
        {
            "question": "And the EU?",
            "history": ["Cats?", {"question": "And dogs?", "as_typed": True}, "Why?"],
            "articles": None,
            "as_typed": True,
            "suggest": 3,
        }
    ]
    assert found == to_dict(tower_answer("And the EU?"))
    assert found["citations"][0]["speaker"] == "the mayor"
    assert len(found["elsewhere"]) == 2


def test_a_question_taken_as_typed_is_another_one_than_the_same_in_context(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of the two stands in the history must not be mixed up by what is kept of earlier requests."""
    heard: list[tuple[str, bool]] = []
    ask_anew = Conversation.ask

    def listen(self: Conversation, question: str, *, as_typed: bool = False, suggest: int = 0) -> Answer:
        heard.append((question, as_typed))
        return ask_anew(self, question, as_typed=as_typed, suggest=suggest)

    monkeypatch.setattr(Conversation, "ask", listen)
    memory = Memory()
    asked = cast(Library, library)
    memory.ask(asked, "Do cats sleep?")
    memory.ask(asked, "And at dusk?", ["Do cats sleep?"], as_typed=True)
    heard.clear()
    memory.ask(asked, "Why?", ["Do cats sleep?", {"question": "And at dusk?", "as_typed": True}])
    assert heard == [("Why?", False)]
    heard.clear()
    memory.ask(asked, "Why?", ["Do cats sleep?", "And at dusk?"])
    assert heard == [("Do cats sleep?", False), ("And at dusk?", False), ("Why?", False)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("ask", b"{"),
        ("ask", b""),
        ("ask", b"[]"),
        ("ask", b"{}"),
        ("ask", b'{"question": 5}'),
        ("ask", b'{"question": null}'),
        ("ask", b'{"question": "x", "history": [5]}'),
        ("ask", b'{"question": "x", "history": [{"answer": "y"}]}'),
        ("ask", b'{"question": "x", "articles": "cats"}'),
        ("ask", b'{"question": "x", "article": ["cats"]}'),
        ("ask", b'{"question": "x", "as_typed": "yes"}'),
        ("ask", b'{"question": "x", "suggest": -1}'),
        ("ask", b'{"question": "x", "suggest": 6}'),
        ("ask", b'{"question": "x", "suggest": "3"}'),
        ("ask", b'{"question": "x", "history": [{"question": "y", "as_typed": "yes"}]}'),
        ("ask", json.dumps({"question": "x" * 30_000}).encode()),
        ("search", b'{"question": "x", "k": 0}'),
        ("search", b'{"question": "x", "k": "3"}'),
        ("search", b'{"question": "x", "k": 100000}'),
        ("search", b'{"question": "x", "read": "no"}'),
    ],
)
def test_bad_input_is_told_in_one_sentence(client: TestClient, path: str, body: bytes) -> None:
    response = client.post(f"/v1/{path}", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert detail.endswith(".")
    assert "\n" not in detail
    assert len(detail) < 150


def test_a_long_question_is_answered_like_any_other(client: TestClient) -> None:
    assert ask(client, "Does the deal cover returns? " * 350)["text"] == "The deal does not cover returns."


def test_an_unknown_article_is_named(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": "Cats?", "articles": ["dogs"]})
    assert response.status_code == 404
    assert "dogs" in response.json()["detail"]


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "/v1/ask", 405), ("GET", "/v1/nothing", 404)])
def test_a_wrong_address_is_told_as_json(client: TestClient, method: str, path: str, code: int) -> None:
    response = client.request(method, path)
    assert response.status_code == code
    assert path in response.json()["detail"]


def test_what_is_wrong_with_the_library_is_told(client: TestClient, library: FakeLibrary) -> None:
    library.error = LibraryBusy("another process is writing to it: try again")
    response = client.post("/v1/search", json={"question": "Cats?"})
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert response.json()["detail"] == "another process is writing to it: try again"
    assert response.json()["error"] == {"code": "library_busy", "message": response.json()["detail"]}


def test_a_mistake_of_ours_leaks_nothing(client: TestClient, library: FakeLibrary) -> None:
    library.error = RuntimeError("secret")
    response = client.post("/v1/search", json={"question": "Cats?"})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_while_the_library_loads_it_is_said_what_for() -> None:
    loading: Loading[Library] = Loading(lambda _: cast(Library, FakeLibrary(DEAL)), message="Loading the model…")
    with TestClient(create_app(loading)) as client:
        assert client.get("/healthz").json()["status"] == "loading"
        for response in (client.post("/v1/ask", json={"question": "Cats?"}), client.get("/v1/articles")):
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert "Loading the model" in response.json()["detail"]
        loading.run()
        health = client.get("/healthz")
        assert (health.status_code, health.json()["status"], health.json()["message"]) == (200, "ready", "")
        assert ask(client, "Does the deal cover returns?")["text"]


def test_an_article_can_be_read_before_it_can_be_asked() -> None:
    opening = OpeningLibrary()
    opening.articles = [DEAL]
    with TestClient(create_app(opening)) as client:
        assert client.get("/page/articles").json() == {"articles": [{"id": DEAL.id, "title": DEAL.title}]}
        assert "does not cover returns" in client.get(f"/page/articles/{DEAL.id}").text
        assert client.get("/page/articles/dogs").status_code == 404
        assert client.post("/v1/ask", json={"question": "Cats?"}).status_code == 503


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EmptyArticle("there are no words in notes.txt"), "there are no words in notes.txt"),
        (RuntimeError("disk on fire\nat line 3"), "Loading failed: disk on fire. The server's log has the details."),
    ],
)
def test_a_failure_to_load_is_told_in_one_sentence(error: Exception, told: str) -> None:
    def fail(_: object) -> Library:
        raise error

    loading = Loading(fail, message="Loading…")
    loading.run()
    with TestClient(create_app(loading)) as client:
        health = client.get("/healthz")
        assert (health.status_code, health.json()["status"], health.json()["message"]) == (503, "failed", told)
        response = client.post("/v1/ask", json={"question": "Cats?"})
        assert response.status_code >= 400
        assert response.json()["detail"] == told


def test_loading_says_what_it_is_doing() -> None:
    heard: list[str] = []

    def load(say: Any) -> int:
        say("Reading…")
        heard.append(loading.message)
        return 5

    loading = Loading(load, message="Starting…")
    with pytest.raises(StillLoading, match="Starting"):
        loading.result()
    loading.run()
    assert heard == ["Reading…"]
    assert (loading.result(), loading.status) == (5, Status.READY)


def test_until_the_page_is_there_a_page_says_so() -> None:
    with TestClient(create_app(Loading.done(cast(Library, FakeLibrary(DEAL))))) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "Pullquote" in page.text
        assert not re.search(r"https?://", page.text)


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://x.y/"]
)
def test_what_gradio_would_open_beside_the_page_is_shut(path: str) -> None:
    async def everything(_: Any, __: Any, send: Any) -> None:
        await PlainTextResponse("open")({"type": "http"}, __, send)

    gate = Gate()
    gate.page = everything
    client = TestClient(gate)
    assert client.get("/").text == "open"
    assert client.post(path).status_code == 404
    assert client.get(path).status_code == 404


def test_every_response_says_what_may_be_loaded_and_from_where(client: TestClient) -> None:
    for response in (client.get("/"), client.get("/healthz"), client.get("/v1/nothing"), client.get("/docs")):
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_documentation_comes_from_this_machine_alone(client: TestClient) -> None:
    page = client.get("/docs").text
    parts = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(parts) >= 3
    for part in parts:
        assert client.get(part).status_code == 200, part


def test_the_documentation_has_examples_and_names_every_field(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    for path in ("/v1/ask", "/v1/search"):
        assert description["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    answer = description["components"]["schemas"]["Answer"]["properties"]
    assert answer.keys() == {field.name for field in dataclasses.fields(Answer)} | {"text"}
    example = description["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]["application/json"]["example"]
    assert all(example[name] for name in answer.keys() - {"nearest", "message"})
    AnswerBody.model_validate({**example, "nearest": None})  # FastAPI leaves out what is null


@pytest.mark.parametrize(
    ("host", "code"),
    [("127.0.0.1:7860", 200), ("localhost", 200), ("[::1]:7860", 200), ("evil.example", 421), ("127.0.0.1.evil", 421)],
)
def test_a_server_for_this_machine_turns_other_names_away(host: str, code: int) -> None:
    app = create_app(Loading.done(cast(Library, FakeLibrary(DEAL))), hosts=["127.0.0.1", "localhost", "[::1]"])
    with TestClient(app) as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == code


def test_a_port_in_use_is_told_before_anything_is_loaded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"port {port} of 127.0.0.1 is in use.*{port + 1}"):
            serve(["there-is-no-such-file"], port=port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(PullquoteError, match=re.escape("192.0.2.1")):
        serve(host="192.0.2.1", port=0)
    with pytest.raises(ValueError, match="65535"):
        serve(port=70_000)
