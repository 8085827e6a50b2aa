"""Takes the pictures of README from the real page, with chromium: ``python docs/screenshots/take.py``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
QUESTION = "Does the deal cover returns?"
TEXT = """# The lighthouse at Dunmore

The lighthouse was built in 1838 and is 24 metres high. Its light reaches 19 sea miles.

## Who lives there

Nobody has lived there since 1984. The last keeper, Mary Byrne, looked after the lamp for 31 years."""
DESK, PHONE = (1280, 800), (390, 780)


def main() -> None:
    command = [sys.executable, "app.py", "chat", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 (our own program)
        command, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True
    ) as program:
        said = program.stdout.readline() if program.stdout else ""
        address = next(word for word in said.split() if word.startswith("http://"))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for scheme in ("light", "dark"):
                page = opened(browser, address, DESK, scheme)
                ask(page)
                page.screenshot(path=HERE / f"desk-{scheme}.png")
            page = opened(browser, address, DESK, "light")
            add(page)
            page.screenshot(path=HERE / "desk-articles.png")
            page = opened(browser, address, PHONE, "light")
            ask(page)
            page.screenshot(path=HERE / "phone-answer.png")
            page.locator(".pq-place").first.click()
            page.wait_for_selector("#pq-reading [role=dialog] mark")
            page.screenshot(path=HERE / "phone-article.png")
            browser.close()
        program.terminate()


def opened(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> Page:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=2,
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready=all]", timeout=60_000)
    return page


def ask(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".pq-quote")
    page.evaluate("document.activeElement.blur()")


def add(page: Page) -> None:
    """Add a text beside the article, and open the list of both."""
    page.get_by_role("button", name="Articles", exact=True).click()
    page.get_by_label("A link or a text").fill(TEXT)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("#pq-articles:not([open])", state="attached", timeout=60_000)
    page.get_by_role("button", name="Articles", exact=True).click()
    page.wait_for_selector(".pq-shelf li:nth-child(2)")


if __name__ == "__main__":
    main()
