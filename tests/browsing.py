"""A real browser at the page: what its tests share. Fixtures go by their ``name``; their functions are imported."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import uvicorn
from fake_library import FakeLibrary, make_article
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright
from scripted_memory import ScriptedMemory

from bot import service
from bot.loading import Loading
from bot.memory import Memory
from index import Library

ROOT = Path(__file__).parents[1]
SCREENSHOTS = ROOT / "tests" / "screenshots"
CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = (1280, 800), (390, 844)
PATIENCE = 90
"""Seconds: the model may have to be read from a cold disk."""
expect.set_options(timeout=30_000)  # what fails, fails; a busy machine is only slow

HOSTILE = make_article(
    """# A <script>window.hacked = 1</script> title

The mayor said <script>window.hacked = 1</script> that the bridge opens <img src=x onerror="window.hacked = 1"> in May.

See ![it](http://evil.example/x.png) or [plans](javascript:alert(1)) of the harbour. 😀𝔘 The tower is green.""",
    title="A <img src=x onerror='window.hacked = 1'> title",
)
OWLS = make_article(
    "# Owls\n\n"
    + "\n\n".join(f"Filler number {number} says nothing much, at some length, about a bird." for number in range(40))
    + "\n\nOwls hunt\r\nmice at night.",
    title="Owls",
)

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt install chromium"),
]


@pytest.fixture(scope="module", name="browser")
def browser_fixture() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module", name="bundled")
def bundled_fixture() -> Iterator[str]:
    """The address of the real program, with the bundled article."""
    command = [sys.executable, "app.py", "chat", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        yield next(word for word in program.stdout.readline().split() if word.startswith("http://"))
        program.terminate()
        assert program.wait(timeout=20) is not None


@contextlib.contextmanager
def serving(library: Loading[Library], memory: Memory | None = None) -> Iterator[str]:
    """The address of the service over ``library``, in a thread. The page is built; the library loads as it will."""
    page = Loading(lambda _: service.build_page(library, memory), message="Building…")
    page.run()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                service.create_app(library, page, memory=memory), log_level="error", timeout_graceful_shutdown=1
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module", name="small")
def small_fixture() -> Iterator[str]:
    """The address of a service over two articles, with no model."""
    with serving(Loading.done(cast(Library, FakeLibrary(HOSTILE, OWLS)))) as address:
        yield address


@pytest.fixture(scope="module", name="scripted")
def scripted_fixture() -> Iterator[tuple[str, ScriptedMemory]]:
    """The address of a service whose answers are made by hand, with all that an answer may carry."""
    memory = ScriptedMemory()
    with serving(Loading.done(cast(Library, memory.library)), memory) as address:
        yield address, memory


Open = Callable[..., Page]
both_sizes = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture(name="visit")
def visit_fixture(browser: Browser) -> Iterator[Open]:
    """Opens pages, and at the end sees that none had an error or asked anything of another machine."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    hosts: set[str] = set()

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def visit(
        address: str,
        size: tuple[int, int] = DESK,
        scheme: Any = "light",
        *,
        ready: bool = True,
        prepare: Callable[[BrowserContext], object] | None = None,
        failing: bool = False,
    ) -> Page:
        """``prepare``: called with the context first. ``failing``: the browser itself complains of what fails."""
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        if not failing:
            context.on("console", heard)
        if prepare:
            prepare(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        page = context.new_page()
        page.goto(address)
        if ready:
            page.wait_for_selector("html[data-ready=all]", timeout=PATIENCE * 1000)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == [], complaints
    assert hosts == {"127.0.0.1"}


def ask(page: Page, question: str) -> Locator:
    """Ask by keyboard; the turn, when it is answered."""
    before = page.locator(".pq-turn").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".pq-turn").nth(before)
    expect(turn.get_by_role("heading", level=2)).to_have_text(question)
    expect(turn).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE * 1000)
    return turn


def in_view(page: Page, mark: Locator) -> bool:
    """Whether all of a mark is within the article's pane as it is scrolled now."""
    return bool(
        mark.evaluate(
            """(mark) => {
                const pane = document.querySelector("#pq-page").getBoundingClientRect();
                const box = mark.getBoundingClientRect();
                return box.height > 0 && box.top >= pane.top && box.bottom <= pane.bottom;
            }"""
        )
    )


def words(text: str | None) -> list[str]:
    return (text or "").split()


def picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
