"""Articles in a real browser: dropped, linked, pasted, listed, chosen, read again and removed; also when it fails."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import (
    DESK,
    HOSTILE,
    OWLS,
    PATIENCE,
    Open,
    ask,
    both_sizes,
    browser_fixture,
    bundled_fixture,
    in_a_browser,
    picture,
    small_fixture,
    visit_fixture,
)
from fake_articles import FakeArticles
from playwright.sync_api import Locator, Page, expect

__all__ = ["browser_fixture", "bundled_fixture", "small_fixture", "visit_fixture"]

pytestmark = in_a_browser
FILE = {"name": "herons.md", "mimeType": "text/markdown", "buffer": b"# Herons\n\nHerons stand still at the water."}


def open_list(page: Page) -> Locator:
    page.get_by_role("button", name="Articles", exact=True).click()
    dialog = page.get_by_role("dialog", name="Articles")
    expect(dialog).to_be_visible()
    return dialog


@both_sizes
def test_a_file_is_added_with_progress_and_opens(visit: Open, small: str, size: tuple[int, int]) -> None:
    articles = FakeArticles(OWLS)
    page = visit(small, size, prepare=articles.prepare)
    dialog = open_list(page)
    articles.hold = True
    dialog.locator("#pq-files").set_input_files(FILE)  # type: ignore[arg-type]
    job = dialog.locator(".pq-jobs li")
    expect(job).to_contain_text("herons.md")
    expect(job).to_contain_text("Sending…")
    expect(job.get_by_role("progressbar")).to_be_visible()
    picture(page, f"{size[0]}-light-7-adding")
    articles.let_go()
    expect(dialog).to_be_hidden()
    expect(page.locator("#pq-page h1")).to_have_text("Herons")
    expect(page.get_by_label("Your question")).to_be_focused()
    assert 'filename="herons.md"' in articles.handed_in[0]


def test_adding_can_be_given_up(visit: Open, small: str) -> None:
    articles = FakeArticles(OWLS)
    page = visit(small, prepare=articles.prepare, failing=True)
    dialog = open_list(page)
    articles.hold = True
    dialog.locator("#pq-files").set_input_files(FILE)  # type: ignore[arg-type]
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        dialog.get_by_role("button", name="Cancel herons.md").click()
    expect(dialog.locator(".pq-jobs li")).to_have_count(0)
    expect(dialog).to_be_visible()
    assert [article.id for article in articles.articles] == [OWLS.id]


@both_sizes
def test_a_link_and_a_text_are_told_apart(visit: Open, small: str, size: tuple[int, int]) -> None:
    articles = FakeArticles(OWLS)
    page = visit(small, size, prepare=articles.prepare)
    dialog = open_list(page)
    box = dialog.get_by_label("A link or a text")
    box.fill("birds.example/herons")
    box.press("Enter")
    expect(page.locator("#pq-page h1")).to_have_text("Herons")
    expect(dialog).to_be_hidden()
    open_list(page)
    box.fill("Herons stand still.\n\nThey eat frogs.")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("#pq-said")).to_have_text("“Herons” was here already.")
    assert articles.handed_in == [
        '{"url":"https://birds.example/herons"}',
        '{"text":"Herons stand still.\\n\\nThey eat frogs."}',
    ]


@both_sizes
def test_what_cannot_be_added_is_told_and_can_be_tried_again(visit: Open, small: str, size: tuple[int, int]) -> None:
    articles = FakeArticles(OWLS)
    page = visit(small, size, prepare=articles.prepare, failing=True)
    dialog = open_list(page)
    articles.trouble = "scan.pdf has no text in it: it is a scan"
    dialog.locator("#pq-files").set_input_files({**FILE, "name": "scan.pdf"})  # type: ignore[arg-type]
    expect(dialog.get_by_role("alert")).to_have_text(articles.trouble)
    picture(page, f"{size[0]}-light-8-trouble")
    articles.trouble = ""
    dialog.get_by_role("button", name="Try again").click()
    expect(page.locator("#pq-page h1")).to_have_text("Herons")


def test_a_server_that_is_gone_is_told_where_something_is_added(visit: Open, small: str) -> None:
    page = visit(small, prepare=FakeArticles(OWLS).prepare, failing=True)
    dialog = open_list(page)
    page.route("**/v1/articles", lambda route: route.abort())
    dialog.locator("#pq-files").set_input_files(FILE)  # type: ignore[arg-type]
    expect(dialog.get_by_role("alert")).to_have_text("The server does not answer. Is it still running?")


def test_a_file_can_be_dropped_anywhere(visit: Open, small: str) -> None:
    articles = FakeArticles(OWLS)
    page = visit(small, prepare=articles.prepare)
    drag = """(kind) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["Herons stand still."], "herons.txt"));
        document.querySelector("#pq-page").dispatchEvent(
            new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drag, "dragover")
    expect(page.locator(".pq-drop-here")).to_be_visible()
    page.evaluate(drag, "drop")
    expect(page.locator("#pq-page h1")).to_have_text("Herons")
    expect(page.locator(".pq-drop-here")).to_be_hidden()
    assert "herons.txt" in articles.handed_in[0]


@both_sizes
def test_the_list_tells_of_each_and_of_those_that_are_asked(visit: Open, small: str, size: tuple[int, int]) -> None:
    page = visit(small, size, prepare=FakeArticles(HOSTILE, OWLS).prepare)
    dialog = open_list(page)
    row = dialog.locator(".pq-shelf li").nth(1)
    expect(row).to_contain_text("Owls")
    expect(row).to_contain_text(f"added 1 March 2026 · {len(OWLS.text):,} characters")
    picture(page, f"{size[0]}-light-9-list")
    dialog.get_by_label("Ask “Owls”").uncheck()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Asking 1 of 2 articles")).to_be_visible()
    expect(ask(page, "Do owls hunt mice at night?")).to_contain_text("does not say")
    page.get_by_role("button", name="Asking 1 of 2 articles").click()
    dialog.get_by_label("Ask “Owls”").check()
    page.keyboard.press("Escape")
    expect(ask(page, "Do owls hunt mice at night?").locator(".pq-quote")).to_be_visible()


@both_sizes
def test_an_article_is_read_again_and_removed(visit: Open, small: str, size: tuple[int, int]) -> None:
    articles = FakeArticles(OWLS)
    page = visit(small, size, prepare=articles.prepare)
    dialog = open_list(page)
    dialog.get_by_label("A link or a text").fill("https://birds.example/herons")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("#pq-page h1")).to_have_text("Herons")
    open_list(page)
    dialog.get_by_role("button", name="Refresh “Herons”").click()
    expect(dialog.get_by_role("status")).to_have_text("Changed, and read anew.")
    expect(page.locator("#pq-page")).to_contain_text("And fish.")
    dialog.get_by_role("button", name="Remove “Herons”").click()
    assert len(articles.articles) == 2
    dialog.get_by_role("button", name="Really remove “Herons”?").click()
    expect(dialog.locator(".pq-shelf li")).to_have_count(1)
    expect(page.locator("#pq-page h1")).to_have_text("Owls")


@both_sizes
def test_without_an_article_a_line_says_what_to_do(visit: Open, small: str, size: tuple[int, int]) -> None:
    page = visit(small, size, prepare=FakeArticles().prepare)
    line = page.locator(".pq-empty")
    expect(line).to_have_text("Nothing to read yet: drop a file here, or add an article.")
    picture(page, f"{size[0]}-light-10-empty")
    shown = line if size == DESK else page.locator(".pq-welcome")
    shown.get_by_role("button", name="add an article").click()
    expect(page.get_by_role("dialog", name="Articles")).to_be_visible()


def test_where_nothing_may_be_added_nothing_offers_it(visit: Open, small: str) -> None:
    page = visit(small, prepare=FakeArticles(may_add=False).prepare)
    expect(page.locator(".pq-empty")).to_contain_text("Start Pullquote with one")
    expect(page.get_by_role("button", name="Articles", exact=True)).to_be_hidden()


@both_sizes
def test_axe_finds_nothing_serious_in_the_list(visit: Open, small: str, size: tuple[int, int]) -> None:
    articles = FakeArticles(HOSTILE, OWLS)
    page = visit(small, size, prepare=articles.prepare)
    dialog = open_list(page)
    articles.hold = True
    dialog.locator("#pq-files").set_input_files(FILE)  # type: ignore[arg-type]
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, "#pq-articles").response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == []
    articles.let_go()
    expect(dialog).to_be_hidden()


@pytest.mark.model
def test_a_text_is_added_asked_and_removed_on_the_real_server(visit: Open, bundled: str) -> None:
    page = visit(bundled)
    dialog = open_list(page)
    dialog.get_by_label("A link or a text").fill("The tower opened in 1889. It is 330 metres tall.")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("#pq-page")).to_contain_text("330 metres", timeout=PATIENCE * 1000)
    with page.expect_response("**/v1/ask", timeout=PATIENCE * 1000):  # what leads on, sought while the article is there
        turn = ask(page, "How tall is the tower?")
    expect(turn.locator(".pq-quote").first).to_contain_text("330 metres")
    turn.get_by_role("button", name="This answer is right").click()
    expect(page.locator("#pq-said")).to_have_text("Kept. Thank you.")
    open_list(page)
    dialog.get_by_role("button", name=re.compile("^Remove “The tower")).click()
    dialog.get_by_role("button", name=re.compile("^Really remove “The tower")).click()
    expect(dialog.locator(".pq-shelf li")).to_have_count(1)
