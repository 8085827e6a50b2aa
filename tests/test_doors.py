"""The doors for programs: stages, feedback, MCP, gradio_client, and a notebook."""

from __future__ import annotations

import contextlib
import gc
import json
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
import uvicorn
from fake_library import FakeLibrary, make_article
from fastapi.testclient import TestClient
from scripted_memory import tower_answer

from bot import Answer
from bot.doors import Doors
from bot.feedback import FILE_NAME, Feedback
from bot.limits import Pool, TooMany
from bot.loading import Loading
from bot.memory import Memory
from bot.notebook import notebook_html
from bot.person import logged_in, newcomer
from bot.service import build_page, create_app
from bot.shelves import Shelves
from index import Library

TOWER = "The tower opened in 1889.\n\nIt is 330 metres tall."
HARBOUR = "The harbour of Aldermoor was sold to Marlowe for nine hundred crowns."
ASKED = "Who was the harbour sold to?"

model = pytest.mark.model


@pytest.fixture(scope="module")
def tower() -> Iterator[Library]:
    with Library() as library:
        library.add_text(TOWER, title="The tower")
        library.load()
        yield library


@contextlib.contextmanager
def served(library: Library, *, page: bool = False) -> Iterator[str]:
    """The address of a server over ``library``."""
    loading, memory = Loading.done(library), Memory()
    shelves = Shelves(loading, memory=memory)
    doors = Doors(shelves, memory)
    built = Loading(lambda _: build_page(shelves.seen(), memory, doors), message="Building…") if page else None
    if built:  # in a thread, as in a server: in the main one gradio would open an event loop, and leave it open
        builder = threading.Thread(target=built.run)
        builder.start()
        builder.join()
    app = create_app(loading, built, memory=memory, shelves=shelves)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            shelves.close()


@model
@pytest.mark.parametrize("kind", ["application/x-ndjson", "text/event-stream"])
def test_a_question_is_answered_stage_by_stage_to_who_wants_that(tower: Library, kind: str) -> None:
    client = TestClient(create_app(Loading.done(tower)))
    question = {"question": "How tall is the tower?"}
    response = client.post("/v1/ask", json=question, headers={"Accept": kind})
    assert response.headers["content-type"].startswith(kind)
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if "{" in line]
    stages = [json.loads(line) for line in lines]
    assert [stage["stage"] for stage in stages] == ["found", "read", "answered"]
    assert stages[0]["articles"] == 1
    assert stages[0]["places"][0].keys() == {"article_id", "start", "end"}
    assert stages[-1]["answer"] == client.post("/v1/ask", json=question).json()
    assert stages[-1]["answer"]["text"] == "It is 330 metres tall."
    if kind == "text/event-stream":
        assert response.text.startswith("event: found\ndata: {")


def test_a_question_that_fails_on_the_way_ends_in_a_failure_that_tells_nothing_of_the_inside() -> None:
    article = make_article(TOWER)
    library = FakeLibrary(article)
    client = TestClient(create_app(Loading.done(library)))  # type: ignore[arg-type]
    lines = {"Accept": "application/x-ndjson"}
    unknown = client.post("/v1/ask", json={"question": "Hello tower?", "articles": ["no"]}, headers=lines)
    last = json.loads(unknown.text.splitlines()[-1])
    assert last["stage"] == "failed"
    assert "Traceback" not in unknown.text


def test_ten_who_ask_at_once_take_turns_and_the_one_too_many_is_told() -> None:
    pool, inside, most = Pool(2, most_waiting=1), 0, 0
    may_end, entered = threading.Event(), threading.Semaphore(0)

    def search() -> None:
        nonlocal inside, most
        with pool.turn():
            inside += 1
            most = max(most, inside)
            entered.release()
            assert may_end.wait(10)
            inside -= 1

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert entered.acquire(timeout=10)
    assert entered.acquire(timeout=10)
    while pool._inside < 3:
        time.sleep(0.01)
    with pytest.raises(TooMany, match="waiting"), pool.turn():
        pass
    may_end.set()
    for thread in threads:
        thread.join()
    assert most == 2
    pool.close()
    with pytest.raises(TooMany, match="stopped"), pool.turn():
        pass


@pytest.mark.parametrize("kept", [True, False])
def test_feedback_is_kept_and_comes_back_as_lines(tmp_path: Path, kept: bool) -> None:
    feedback = Feedback(tmp_path if kept else None)
    app = create_app(Loading.done(FakeLibrary(make_article(TOWER))), feedback=feedback)  # type: ignore[arg-type]
    one, other = TestClient(app), TestClient(app)
    said = {"question": "How tall?", "quote": "It is 330 metres tall.", "good": True}
    assert one.post("/v1/feedback", json=said).status_code == 204
    assert one.post("/v1/feedback", json={**said, "good": False, "note": "wrong"}).status_code == 204
    assert one.post("/v1/feedback", json={"question": "How old?", "good": True}).status_code == 204
    entries = [json.loads(line) for line in one.get("/v1/feedback").text.splitlines()]
    assert [(entry["question"], entry["good"]) for entry in entries] == [("How tall?", False), ("How old?", True)]
    assert other.get("/v1/feedback").text == "", "what another thought is not yours to read"
    assert (tmp_path / FILE_NAME).exists() == kept


@pytest.mark.parametrize("body", [{}, {"question": "x"}, {"question": "x", "good": "yes"}, {"good": True}])
def test_feedback_needs_a_question_and_a_word(body: Any) -> None:
    app = create_app(Loading.done(FakeLibrary(make_article(TOWER))))  # type: ignore[arg-type]
    assert TestClient(app).post("/v1/feedback", json=body).status_code == 422


def test_the_owner_reads_what_everyone_thought(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path)
    feedback.keep(logged_in("bob"), {"question": "Why?", "good": True})
    with (tmp_path / FILE_NAME).open("a", encoding="utf-8") as file:
        file.write('{"question": "cut o')
    assert [entry["by"] for entry in feedback.told(logged_in("ann", is_owner=True))] == ["bob"]
    assert feedback.told(logged_in("eve")) == []
    assert feedback.told(newcomer(is_owner=True)) == [], "without a login nobody can say that they are the owner"


@model
def test_a_client_of_mcp_lists_the_tools_and_calls_them(tower: Library) -> None:
    mcp = pytest.importorskip("mcp.client.client")

    async def talk(address: str, mode: str) -> None:
        async with mcp.Client(f"{address}/mcp", mode=mode) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools.keys() == {"search", "ask", "add"}
            assert all(tool.description for tool in tools.values())
            assert tools["ask"].input_schema["required"] == ["question"]
            answer = await called(client, "ask", {"question": "How tall is the tower?"})
            assert [quote["text"] for quote in answer["quotes"]] == ["It is 330 metres tall."]
            assert answer["answered"] is True
            hits = (await called(client, "search", {"question": "When did it open?", "k": 1}))["hits"]
            assert [hit["text"] for hit in hits] == ["The tower opened in 1889."]
            added = await called(client, "add", {"text": HARBOUR, "title": "Harbour"})
            asked = {"question": ASKED, "session": added["session"]}
            assert (await called(client, "ask", asked))["quotes"][0]["text"] == HARBOUR
            refused = await client.call_tool("add", {"url": "http://127.0.0.1/"})
            assert refused.is_error
            assert "private" in refused.content[0].text
        async with mcp.Client(f"{address}/mcp", mode=mode) as another:
            assert "Marlowe" not in json.dumps(await called(another, "ask", {"question": ASKED}))

    async def called(client: Any, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content[0].text
        told: dict[str, Any] = result.structured_content
        return cast(dict[str, Any], told.get("result", told))

    with served(tower) as address:
        for mode in ("auto", "legacy"):
            anyio.run(talk, address, mode)


@model
def test_gradio_client_searches_asks_and_adds(tower: Library) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        from gradio_client import Client

        with served(tower, page=True) as address:
            client = Client(address, verbose=False, analytics_enabled=False)
            names = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
            assert {"/search", "/ask", "/add"} <= set(names)
            answer = client.predict("How tall is the tower?", api_name="/ask")
            assert answer["quotes"][0]["text"] == "It is 330 metres tall."
            added = client.predict(text=HARBOUR, api_name="/add")
            found = client.predict(ASKED, session=added["session"], api_name="/ask")
            assert found["quotes"][0]["text"] == HARBOUR
            assert "Marlowe" not in json.dumps(client.predict(ASKED, api_name="/ask"))
            with pytest.raises(Exception, match="either url or text"):
                client.predict(api_name="/add")
        del client
        gc.collect()  # it leaves an event loop open


def test_a_notebook_shows_an_answer_and_runs_nothing_of_it() -> None:
    shown = tower_answer()._repr_html_()
    assert "The tower will not be sold, the mayor said." in shown
    assert "No." in shown
    assert 'href="https://news.example/tower#' in shown
    hostile = "<script>alert(1)</script>"
    refused = notebook_html(Answer(hostile, hostile + "?", message=f"The article does not say. {hostile}"))
    assert "<script" not in refused
    assert "&lt;script&gt;" in refused
