"""The page in a real browser: asked, lit, looked at in four ways, and nothing of it leaving the machine."""

from __future__ import annotations

import re
import socket
import threading
from typing import Any, cast

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from browsing import (
    DESK,
    HOSTILE,
    OWLS,
    PATIENCE,
    PHONE,
    Open,
    ask,
    both_sizes,
    browser_fixture,
    bundled_fixture,
    in_a_browser,
    in_view,
    picture,
    scripted_fixture,
    serving,
    small_fixture,
    visit_fixture,
    words,
)
from fake_library import FakeLibrary
from playwright.sync_api import Browser, expect
from scripted_memory import AND_BRIDGE, SOLD, SUGGESTED, UNDERSTOOD, ScriptedMemory

from bot import service
from bot.loading import Loading
from index import Library

__all__ = ["browser_fixture", "bundled_fixture", "scripted_fixture", "small_fixture", "visit_fixture"]

SURE = re.compile(r"ure: \d+% sure that this answers$")

pytestmark = in_a_browser


@pytest.mark.model
@pytest.mark.parametrize("scheme", ["light", "dark"])
@both_sizes
def test_a_quote_is_shown_and_lit_in_its_place(visit: Open, bundled: str, size: tuple[int, int], scheme: str) -> None:
    page = visit(bundled, size, scheme)
    kind = f"{size[0]}-{scheme}"
    expect(page.locator(".pq-example").first).to_be_visible()
    picture(page, f"{kind}-1-welcome")

    turn = ask(page, "Does the deal cover returns?")
    quote = turn.locator(".pq-quote").first
    expect(quote.locator("blockquote")).to_be_visible()
    expect(quote.locator(".pq-place")).to_contain_text("paragraph")
    expect(quote.locator(".pq-sure")).to_have_attribute("aria-label", SURE)
    picture(page, f"{kind}-2-answer")
    if size == PHONE:
        quote.locator(".pq-place").click()
    mark = page.locator("#pq-page mark")
    expect(mark).to_be_visible()
    assert words(mark.text_content()) == words(quote.locator("blockquote").text_content())
    assert in_view(page, mark)
    if size == PHONE:
        picture(page, f"{kind}-3-article")
        page.get_by_role("button", name="Back to the conversation").click()

    turn = ask(page, "What is the capital of Peru?")
    expect(turn).to_contain_text("The article does not say.")
    expect(turn).to_contain_text("Nearest passage, not an answer")
    expect(turn.locator(".pq-quote")).to_have_count(0)
    expect(mark).to_have_count(0)
    picture(page, f"{kind}-4-refusal")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(246, 243, 236)" if scheme == "light" else "rgb(19, 18, 17)"
    )


@pytest.mark.model
def test_an_example_is_asked_by_a_click(visit: Open, bundled: str) -> None:
    page = visit(bundled)
    example = page.locator(".pq-example").first
    expect(example).to_have_text("Does the deal cover returns?", timeout=30_000)  # each is tried before it is shown
    example.click()
    expect(page.locator(".pq-turn .pq-quote").first).to_be_visible()


def test_an_article_cannot_run_or_load_anything(visit: Open, small: str) -> None:
    page = visit(small)
    expect(page.locator("#pq-page h1")).to_have_text(HOSTILE.title)
    expect(page.locator("#pq-page")).to_contain_text("<script>window.hacked = 1</script> that the bridge")
    for question in (
        "When does the mayor say the bridge opens in May?",
        "Is <img src=x onerror='window.hacked=1'> it?",
    ):
        turn = ask(page, question)
        expect(turn.locator("img, script, a")).to_have_count(0)
    expect(page.locator("#pq-page").locator("img, script, a")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_what_is_lit_is_the_quote_to_the_character(visit: Open, small: str) -> None:
    page = visit(small)
    ask(page, "Is the tower green?")
    expect(page.locator("#pq-page mark")).to_have_text("😀𝔘 The tower is green.")


def test_a_quote_of_another_article_opens_it_and_an_earlier_one_is_lit_again(visit: Open, small: str) -> None:
    page = visit(small)
    first = ask(page, "Is the tower green?")
    ask(page, "Do owls hunt mice at night?")
    mark = page.locator("#pq-page mark")
    expect(page.locator("#pq-page h1")).to_have_text("Owls")
    expect(page.get_by_label("Article", exact=True)).to_have_value(OWLS.id)
    expect(mark).to_have_text("Owls hunt mice at night.")
    assert in_view(page, mark)
    first.locator(".pq-place").click()
    expect(mark).to_contain_text("The tower is green.")
    assert in_view(page, mark)
    page.get_by_label("Ask only the article that is shown").check()
    expect(ask(page, "Do owls hunt mice at night?")).to_contain_text("does not say")


def test_conversations_are_apart_and_survive_a_reload(visit: Open, small: str) -> None:
    one, other = visit(small), visit(small)
    ask(one, "Is the tower green?")
    expect(other.locator(".pq-turn")).to_have_count(0)
    one.reload()
    expect(one.locator(".pq-turn")).to_have_count(1)
    one.wait_for_selector("html[data-ready=all]")
    one.locator(".pq-place").click()
    expect(one.locator("#pq-page mark")).to_contain_text("The tower is green.")
    one.get_by_role("button", name="New conversation").click()
    expect(one.locator(".pq-turn")).to_have_count(0)
    one.reload()
    one.wait_for_selector("html[data-ready=all]")
    expect(one.locator(".pq-turn")).to_have_count(0)


def test_all_can_be_done_by_keyboard(visit: Open, small: str) -> None:
    page = visit(small)
    box = page.get_by_label("Your question")
    box.focus()
    page.keyboard.type("Is the tower")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".pq-turn")).to_have_count(0)
    page.keyboard.type("green?")
    page.keyboard.press("Enter")
    place = page.locator(".pq-place")
    expect(place).to_be_visible()
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    page.evaluate("document.querySelector('#pq-page').scrollTop = 0")
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        if place.evaluate("(element) => element === document.activeElement"):
            break
    expect(place).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#pq-page mark")).to_be_visible()


@both_sizes
def test_what_was_understood_can_be_undone_and_back(
    visit: Open, scripted: tuple[str, ScriptedMemory], size: tuple[int, int]
) -> None:
    address, memory = scripted
    page = visit(address, size)
    ask(page, SOLD)
    turn = ask(page, AND_BRIDGE)
    expect(turn.locator(".pq-understood")).to_contain_text(f"Understood as: “{UNDERSTOOD}”")
    memory.asked.clear()
    turn.get_by_role("button", name="Use my words").click()
    expect(turn.locator(".pq-understood")).to_contain_text("Searched in your own words")
    expect(turn.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator(".pq-turn")).to_have_count(2)
    ask(page, SOLD)
    past = [SOLD, {"question": AND_BRIDGE, "as_typed": True}]
    assert memory.asked == [(AND_BRIDGE, True, [SOLD]), (SOLD, False, past)]
    page.reload()
    page.wait_for_selector("html[data-ready=all]")
    memory.asked.clear()
    page.get_by_role("button", name="Undo").click()  # others follow it by now: it is asked anew
    expect(page.locator(".pq-turn")).to_have_count(4)
    expect(page.locator(".pq-turn").last.locator(".pq-understood")).to_contain_text(UNDERSTOOD)
    assert memory.asked == [(AND_BRIDGE, False, [*past, SOLD])]


@both_sizes
def test_other_places_are_stepped_through_in_the_article(
    visit: Open, scripted: tuple[str, ScriptedMemory], size: tuple[int, int]
) -> None:
    page = visit(scripted[0], size)
    turn = ask(page, SOLD)
    mark = page.locator("#pq-page mark")
    opener = turn.get_by_role("button", name="2 more places speak of this")
    opener.click()
    expect(mark).to_have_text("Nobody has made an offer for the tower.")
    assert in_view(page, mark)
    pane = page.locator("#pq-reading" if size == PHONE else "#pq-log")
    expect(pane.locator(".pq-count")).to_have_text("1 of 2")
    pane.get_by_role("button", name="Next place").click()
    expect(mark).to_have_text("A sale would need the council's vote.")
    assert in_view(page, mark)
    page.keyboard.press("ArrowRight")
    expect(mark).to_have_text("Nobody has made an offer for the tower.")
    page.keyboard.press("ArrowLeft")
    expect(pane.locator(".pq-count")).to_have_text("2 of 2")
    if size == DESK:
        expect(turn.locator(".pq-other:visible")).to_contain_text("A sale would need")
    picture(page, f"{size[0]}-light-5-places")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(turn.locator(".pq-other:visible")).to_have_count(0)
    expect(page.locator(".pq-count:visible")).to_have_count(0)
    expect(mark).to_have_text("The tower will not be sold, the mayor said.")


@both_sizes
def test_a_quote_is_copied_with_its_source(
    visit: Open, scripted: tuple[str, ScriptedMemory], size: tuple[int, int]
) -> None:
    page = visit(scripted[0], size)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    quote = ask(page, SOLD).locator(".pq-quote")
    expect(quote).to_contain_text("the mayor, according to the article")
    quote.get_by_role("button", name="Copy").click()
    expect(page.locator("#pq-said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“The tower will not be sold, the mayor said.” — the mayor")
    assert "https://news.example/tower" in copied
    expect(quote.get_by_role("button", name="Copy")).to_have_text("Copy", timeout=5000)
    link = quote.get_by_role("link", name="On the page")
    expect(link).to_have_attribute("href", re.compile(r"^https://news\.example/tower#:~:text="))
    expect(link).to_have_attribute("rel", "noreferrer noopener")


def test_a_quote_is_copied_where_the_browser_has_no_clipboard(
    visit: Open, scripted: tuple[str, ScriptedMemory]
) -> None:
    page = visit(scripted[0])
    quote = ask(page, SOLD).locator(".pq-quote")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => (window.copied = String(getSelection())))")
    quote.get_by_role("button", name="Copy").click()
    expect(page.locator("#pq-said")).to_have_text("Copied")
    assert "will not be sold" in page.evaluate("window.copied")


@both_sizes
def test_what_to_ask_next_comes_after_the_answer_and_moves_nothing(
    visit: Open, scripted: tuple[str, ScriptedMemory], size: tuple[int, int]
) -> None:
    page = visit(scripted[0], size)
    held: list[Any] = []
    page.route("**/v1/ask", lambda route: held.append(route))
    turn = ask(page, SOLD)
    expect(turn.locator(".pq-quote")).to_be_visible()
    places = ".pq-question, .pq-quote, .pq-elsewhere, #pq-question"
    before = page.locator(places).evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().top)")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    page.unroute("**/v1/ask")
    expect(turn.locator(".pq-chip")).to_have_text(list(SUGGESTED))
    assert page.locator(places).evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().top)") == before
    picture(page, f"{size[0]}-light-6-next")
    turn.locator(".pq-chip").nth(1).click()
    second = page.locator(".pq-turn").nth(1)
    expect(second.get_by_role("heading", level=2)).to_have_text(SUGGESTED[1])
    expect(second.locator(".pq-chip")).to_have_count(3)
    expect(turn.locator(".pq-chip")).to_have_count(0)
    page.reload()
    expect(page.locator(".pq-chip")).to_have_count(3)


@pytest.mark.parametrize("kind", ["small", "scripted"])
def test_axe_finds_nothing_serious(visit: Open, small: str, scripted: tuple[str, ScriptedMemory], kind: str) -> None:
    page = visit(small if kind == "small" else scripted[0])
    if kind == "small":
        ask(page, "Is the tower green?")
        ask(page, "Who painted the Mona Lisa?")
    else:
        ask(page, AND_BRIDGE).get_by_role("button", name="2 more places").click()
        expect(page.locator(".pq-chip")).to_have_count(3)
    for width, height in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=cast(Any, scheme))
            found = Axe().run(page).response["violations"]
            serious = [each for each in found if each["impact"] in ("serious", "critical")]
            assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == []


def test_while_the_library_loads_the_page_says_so_and_keeps_the_question(visit: Open) -> None:
    loading: Loading[Library] = Loading(lambda _: cast(Library, FakeLibrary(OWLS)), message="Loading the model…")
    with serving(loading) as address:
        page = visit(address, ready=False)
        expect(page.locator("#pq-page")).to_contain_text("Loading the model…")
        page.get_by_label("Your question").fill("Do owls hunt mice at night?")
        page.keyboard.press("Enter")
        turn = page.locator(".pq-turn")
        expect(turn).to_contain_text("Still getting ready")
        loading.run()
        expect(turn.locator(".pq-quote")).to_contain_text("Owls hunt")
        expect(page.locator("#pq-page mark")).to_be_visible()
        page.close()  # before the server is gone, for which it may ask something yet


def test_a_library_that_cannot_be_loaded_is_told(browser: Browser) -> None:
    def fail(_: object) -> Library:
        raise ValueError("there are no words in notes.txt")

    loading = Loading(fail, message="Loading…")
    loading.run()
    with serving(loading) as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.locator("#pq-page")).to_contain_text("there are no words in notes.txt")
        page.close()


def test_a_server_that_is_gone_is_told_and_can_be_asked_again(browser: Browser) -> None:
    page = browser.new_page()
    with serving(Loading.done(cast(Library, FakeLibrary(OWLS)))) as address:
        page.goto(address)
        page.wait_for_selector("html[data-ready=all]")
    page.get_by_label("Your question").fill("Do owls hunt mice at night?")
    page.keyboard.press("Enter")
    turn = page.locator(".pq-turn")
    expect(turn).to_contain_text("The server did not answer", timeout=PATIENCE * 1000)
    expect(turn.get_by_role("button")).to_be_visible()
    page.close()


def test_first_there_is_a_page_that_opens_itself(visit: Open) -> None:
    """What is served while Gradio is imported swaps itself for the page."""
    library = Loading.done(cast(Library, FakeLibrary(OWLS)))
    page_loading = Loading(lambda _: service.build_page(library), message="Building…")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = service.create_app(library, page_loading)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            page = visit(f"http://127.0.0.1:{listener.getsockname()[1]}", ready=False)
            expect(page.locator("#pq-splash")).to_be_visible()
            expect(page.locator(".pq-waiting-words")).to_have_text("Opening Pullquote…")
            page_loading.run()
            page.wait_for_selector("html[data-ready=all]")
            expect(page.locator("#pq-splash")).to_be_hidden()
        finally:
            server.should_exit = True
            thread.join()
