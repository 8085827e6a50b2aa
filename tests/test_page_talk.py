"""An answer in a real browser: its places, selected words, thumbs, links, saving; also when it is slow or fails."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from browsing import (
    DESK,
    PATIENCE,
    PHONE,
    Open,
    ask,
    both_sizes,
    browser_fixture,
    in_a_browser,
    in_view,
    picture,
    scripted_fixture,
    serving,
    visit_fixture,
)
from fake_library import FakeLibrary, make_article
from playwright.sync_api import Page, Route, expect
from scripted_memory import SOLD, TOWER, ScriptedMemory, hit_of, tower_answer

from bot import Answer
from bot.loading import Loading
from index import Library

__all__ = ["browser_fixture", "scripted_fixture", "visit_fixture"]

pytestmark = in_a_browser

Scripted = tuple[str, ScriptedMemory]
OPENED = "When did it open?"
HEBREW = make_article("# המגדל\n\nהמגדל נפתח בשנת 1889. הוא ירוק.", title="המגדל")


class TellingMemory(ScriptedMemory):
    """Answers with the words that answer told apart, in an article that is written from right to left if asked so."""

    def __init__(self) -> None:
        super().__init__()
        self.library = FakeLibrary(TOWER, HEBREW)

    def ask(self, library: Any, question: str, history: Sequence[Any] = (), *rest: Any, **more: Any) -> Answer:
        self.asked.append((question, False, list(history)))
        article, words = (HEBREW, "המגדל נפתח בשנת 1889.") if question == "?" else (TOWER, "It opened in 1889.")
        hit = hit_of(article, words)
        start = article.text.index("1889")
        hit = dataclasses.replace(hit, answer=(start, start + 4))
        return dataclasses.replace(tower_answer(question, question), quotes=(hit.quote,), hits=(hit,), verdict=None)


@pytest.fixture(scope="module", name="telling")
def telling_fixture() -> Iterator[tuple[str, TellingMemory]]:
    memory = TellingMemory()
    with serving(Loading.done(cast(Library, memory.library)), memory) as address:
        yield address, memory


def select(page: Page, words: str) -> None:
    """Select these words in the article, as a mouse or a finger does."""
    page.evaluate(
        """(words) => {
            const runs = [...document.querySelectorAll("#pq-page [data-start]")];
            const run = runs.find((run) => run.textContent.includes(words));
            run.scrollIntoView({ block: "center" });
            const at = run.firstChild.data.indexOf(words);
            const range = document.createRange();
            range.setStart(run.firstChild, at);
            range.setEnd(run.firstChild, at + words.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        words,
    )


@both_sizes
def test_all_places_of_an_answer_are_ticks_on_the_margin(
    visit: Open, scripted: Scripted, size: tuple[int, int]
) -> None:
    page = visit(scripted[0], size)
    turn = ask(page, SOLD)
    if size == PHONE:
        turn.locator(".pq-place").first.click()
    places = page.get_by_role("navigation", name="Places in the article").get_by_role("button")
    expect(places).to_have_count(3)
    expect(places.nth(0)).to_have_accessible_name("Quote 1, paragraph 1")
    expect(places.nth(0)).to_have_attribute("aria-current", "true")
    tops = places.evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().top)")
    assert all(later - earlier >= 24 for earlier, later in pairwise(tops))
    places.nth(1).click()
    mark = page.locator("#pq-page mark")
    expect(mark).to_have_text("Nobody has made an offer for the tower.")
    assert in_view(page, mark)
    expect(places.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowRight")
    expect(mark).to_have_text("A sale would need the council's vote.")
    places.nth(0).click()
    expect(mark).to_have_text("The tower will not be sold, the mayor said.")


def test_the_article_is_a_sheet_on_a_phone(visit: Open, scripted: Scripted) -> None:
    page = visit(scripted[0], PHONE)
    turn = ask(page, SOLD)
    sheet = page.get_by_role("dialog", name="The article")
    expect(sheet).to_have_count(0)
    place = turn.locator(".pq-place").first
    place.click()
    expect(sheet).to_be_visible()
    expect(page.locator("#pq-page mark")).to_be_focused()
    picture(page, "390-light-11-sheet")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(place).to_be_focused()
    place.click()
    page.go_back()
    expect(sheet).to_have_count(0)
    page.get_by_role("button", name="Article", exact=True).click()
    expect(sheet).to_be_visible()
    grip = page.locator(".pq-grip").bounding_box()
    assert grip
    page.mouse.move(200, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(200, grip["y"] + 200, steps=4)
    page.mouse.up()
    expect(sheet).to_have_count(0)
    page.get_by_role("button", name="Article", exact=True).click()
    page.mouse.click(200, 10)
    expect(sheet).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_editable()


@both_sizes
def test_words_are_selected_and_asked_about(
    visit: Open, telling: tuple[str, TellingMemory], size: tuple[int, int]
) -> None:
    address, memory = telling
    page = visit(address, size)
    if size == PHONE:
        page.get_by_role("button", name="Article", exact=True).click()
    bubble = page.get_by_role("button", name="Ask about this")
    expect(bubble).to_have_count(0)
    select(page, "ower will not be sol")
    expect(bubble).to_be_visible()
    picture(page, f"{size[0]}-light-12-selected")
    if size == DESK:
        page.locator("#pq-page").focus()
        page.keyboard.press("a")
    else:
        bubble.click()
    line = page.locator(".pq-about")
    expect(line).to_contain_text("tower will not be sold")  # whole words
    expect(page.get_by_label("Your question")).to_be_focused()
    memory.asked.clear()
    turn = ask(page, OPENED)
    expect(line).to_be_hidden()
    expect(turn.locator(".pq-asked-about")).to_contain_text("tower will not be sold")
    ((question, _, history), *_) = memory.asked
    assert question == OPENED
    assert [past.answer.text for past in history] == ["tower will not be sold"]
    page.reload()
    expect(page.locator(".pq-asked-about")).to_contain_text("tower will not be sold")


def test_what_is_asked_about_can_be_dropped(visit: Open, telling: tuple[str, TellingMemory]) -> None:
    address, memory = telling
    page = visit(address)
    select(page, "will not be sold")
    page.get_by_role("button", name="Ask about this").click()
    page.get_by_role("button", name="Ask about something else").click()
    expect(page.locator(".pq-about")).to_be_hidden()
    memory.asked.clear()
    ask(page, OPENED)
    assert memory.asked[0][2] == []


@both_sizes
def test_the_very_words_that_answer_are_told_apart(
    visit: Open, telling: tuple[str, TellingMemory], size: tuple[int, int]
) -> None:
    page = visit(telling[0], size)
    turn = ask(page, OPENED)
    expect(turn.locator(".pq-quote .pq-words")).to_have_text("1889")
    turn.locator(".pq-place").first.click()
    expect(page.locator("#pq-page mark")).to_have_text("It opened in 1889.")
    expect(page.locator("#pq-page mark .pq-words")).to_have_text("1889")
    picture(page, f"{size[0]}-light-13-words")


@both_sizes
def test_what_is_written_from_right_to_left_is_shown_so(
    visit: Open, telling: tuple[str, TellingMemory], size: tuple[int, int]
) -> None:
    page = visit(telling[0], size)
    turn = ask(page, "?")
    turn.locator(".pq-place").first.click()
    expect(page.locator("#pq-page .pq-article")).to_have_attribute("dir", "rtl")
    paragraph = page.locator("#pq-page [data-paragraph]").first
    expect(paragraph.locator("mark .pq-words")).to_have_text("1889")
    shown = "(element) => getComputedStyle(element).direction"
    assert paragraph.evaluate(shown) == "rtl"
    assert paragraph.evaluate("(element) => getComputedStyle(element, '::before').right").startswith("-")
    assert turn.locator(".pq-quote blockquote").evaluate(shown) == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"{size[0]}-light-14-right-to-left")


@both_sizes
def test_what_is_thought_of_an_answer_is_kept(visit: Open, scripted: Scripted, size: tuple[int, int]) -> None:
    page = visit(scripted[0], size, failing=True)
    said: list[Any] = []

    def keep(route: Route) -> None:
        said.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=204 if len(said) > 1 else 500)

    page.route("**/v1/feedback", keep)
    turn = ask(page, SOLD)
    good = turn.get_by_role("button", name="This answer is right")
    good.click()
    expect(turn.locator(".pq-foot-said")).to_contain_text("Not kept")
    expect(good).to_have_attribute("aria-pressed", "false")
    good.click()
    expect(page.locator("#pq-said")).to_have_text("Kept. Thank you.")
    quote = tower_answer().quotes[0]
    assert said[1] == {
        "question": SOLD,
        "good": True,
        "answer": f"No. {quote.text}",
        "quote": quote.text,
        "article": TOWER.id,
        "start": quote.start,
        "end": quote.end,
    }
    page.reload()
    expect(page.get_by_role("button", name="This answer is right")).to_have_attribute("aria-pressed", "true")


@both_sizes
def test_a_conversation_is_saved_as_markdown(visit: Open, scripted: Scripted, size: tuple[int, int]) -> None:
    page = visit(scripted[0], size)
    save = page.get_by_role("button", name="Save the conversation")
    expect(save).to_be_hidden()
    ask(page, SOLD)
    ask(page, "Is <b>it</b> *green*?")
    page.reload()
    page.wait_for_selector("html[data-ready=all]")
    with page.expect_download() as saved:
        save.click()
    assert re.fullmatch(r"pullquote-\d{4}-\d\d-\d\d\.md", saved.value.suggested_filename)
    words = Path(saved.value.path()).read_text(encoding="utf-8").replace("\\", "")  # what is escaped is escaped
    assert words.startswith(f"# A conversation with Pullquote\n\n## {SOLD}\n\n")
    assert "> The tower will not be sold, the mayor said" in words
    assert "<b>" not in words


@both_sizes
def test_a_link_leads_to_its_question(visit: Open, scripted: Scripted, size: tuple[int, int]) -> None:
    address, memory = scripted
    page = visit(address, size)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, SOLD).get_by_role("button", name="Copy link").click()
    expect(page.locator("#pq-said")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{address}/?q=Will+the+tower+be+sold%3F"
    memory.asked.clear()
    other = visit(f"{link}&article={TOWER.id}", size)
    expect(other.locator(".pq-turn .pq-quote").first).to_be_visible()
    assert other.url == f"{address}/"
    other.reload()
    other.wait_for_selector("html[data-ready=all]")
    expect(other.locator(".pq-turn")).to_have_count(1)
    assert memory.asked == [(SOLD, False, [])]


def test_a_quote_of_a_text_that_has_changed_says_so(visit: Open, scripted: Scripted) -> None:
    address, memory = scripted
    page = visit(address)
    turn = ask(page, SOLD)
    changed = dataclasses.replace(TOWER, text="# The tower\n\nIt is gone.", revision="another")
    held = memory.library.articles
    memory.library.articles = [changed]
    try:
        page.reload()
        page.wait_for_selector("html[data-ready=all]")
        turn.locator(".pq-place").first.click()
        expect(turn.locator(".pq-stale")).to_have_text("The article has changed since this was quoted.")
        expect(page.locator("#pq-page mark")).to_have_count(0)
    finally:
        memory.library.articles = held


@both_sizes
def test_a_slow_network_is_waited_for_and_nothing_jumps(visit: Open, scripted: Scripted, size: tuple[int, int]) -> None:
    page = visit(scripted[0], size)
    held: list[Route] = []
    page.route("**/gradio_api/run/**", lambda route: held.append(route))
    box = page.get_by_label("Your question")
    box.fill(SOLD)
    box.press("Enter")
    turn = page.locator(".pq-turn")
    expect(turn).to_have_attribute("aria-busy", "true")
    expect(turn).to_contain_text("Looking in the article")
    while not held:
        page.wait_for_timeout(20)
    places = ".pq-question, #pq-question, .pq-bar"
    before = page.locator(places).evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().top)")
    picture(page, f"{size[0]}-light-15-slow")
    for route in held:
        route.continue_()
    page.unroute("**/gradio_api/run/**")
    expect(turn.locator(".pq-quote")).to_be_visible(timeout=PATIENCE * 1000)
    assert page.locator(places).evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().top)") == before


@both_sizes
def test_a_backend_that_fails_is_told_and_can_be_asked_again(
    visit: Open, scripted: Scripted, size: tuple[int, int]
) -> None:
    page = visit(scripted[0], size, failing=True)
    page.route("**/gradio_api/**", lambda route: route.fulfill(status=500, json={"error": None}))
    box = page.get_by_label("Your question")
    box.fill(SOLD)
    box.press("Enter")
    turn = page.locator(".pq-turn")
    expect(turn.get_by_role("alert")).to_contain_text("The server did not answer", timeout=PATIENCE * 1000)
    page.unroute("**/gradio_api/**")
    turn.get_by_role("button", name="Ask again").click()
    expect(page.locator(".pq-turn").last.locator(".pq-quote")).to_be_visible(timeout=PATIENCE * 1000)
