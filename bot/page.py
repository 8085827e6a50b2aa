"""The page: the article in a reading pane, the conversation beside it. The only file that imports gradio.

Gradio carries the question there and the answer back; how both panes look and move is in static/, one script for each
thing that can be done.
A conversation lives in the browser and is sent along with each question, so that what is shown and what the next
answer is based on are always the same, and no two people share one.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

# Read when gradio is imported: it would else report to its makers and look for themes and fonts elsewhere.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gradio as gr

from bot.answer_view import answer_html, trouble_html
from bot.gate import STATIC
from bot.memory import Memory
from bot.person import asked_by
from bot.render import escape_markdown, to_markdown
from bot.trouble import without_paths
from bot.types import Answer, Turn
from index.errors import PullquoteError
from index.types import Quote

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bot.loading import Loading
    from index.library import Library

Door = Callable[..., dict[str, Any]]
PATIENCE = 60
"""Seconds that a question asked while the model loads waits for it."""
UPLOAD_LIMIT = "1mb"
"""The page takes no files; this is what Gradio's own upload route would accept."""

log = logging.getLogger(__name__)


def add_page(app: FastAPI, library: Loading[Library], memory: Memory, *, doors: Sequence[Door] = ()) -> None:
    """Put the page at / of ``app``, which is to be its own; ``library`` may still be loading.

    ``doors``: functions that gradio_client can call, each under its own name.
    """

    def answer(request: Any, asking: gr.Request) -> Any:
        with asked_by(_scope(asking)):
            return reply_to(request, library, memory)

    with gr.Blocks(title="Pullquote", analytics_enabled=False, fill_width=True) as blocks:
        with gr.Column(elem_id="pq-app"):
            gr.HTML(_part("top.html"), elem_id="pq-top", apply_default_css=False, js_on_load=None)
            with gr.Row(elem_id="pq-panes"):
                gr.HTML(_part("reading.html"), elem_id="pq-reading", apply_default_css=False, js_on_load=None)
                with gr.Column(elem_id="pq-talk"):
                    gr.HTML(_part("talk.html"), elem_id="pq-log", apply_default_css=False, js_on_load=None)
                    gr.HTML(_part("about.html"), elem_id="pq-about", apply_default_css=False, js_on_load=None)
                    with gr.Row(elem_id="pq-composer"):
                        question = gr.Textbox(
                            label="Your question",
                            placeholder="Ask the article…",
                            lines=1,
                            max_lines=6,
                            elem_id="pq-question",
                        )
                        ask = gr.Button("Ask", elem_id="pq-ask")
                    gr.HTML(_part("scope.html"), elem_id="pq-scope", apply_default_css=False, js_on_load=None)
        request = gr.JSON(visible="hidden")
        reply = gr.JSON(visible="hidden")
        asked = gr.on(
            [question.submit, ask.click],
            fn=None,
            inputs=[question],
            outputs=[question, request],
            js="(question) => pullquote.asking(question)",
            api_visibility="private",
        )
        answered = asked.then(
            answer,
            request,
            reply,
            api_visibility="undocumented",  # programs have /v1/ask
            show_progress="hidden",
            queue=False,  # a plain request: no polling, and no statistics of it
        )
        answered.then(fn=None, inputs=[reply], js="(reply) => pullquote.answered(reply)", api_visibility="private")
        blocks.load(fn=None, js="() => pullquote.start()", api_visibility="private")
        for door in doors:
            gr.events.api(_for_programs(door), api_name=door.__name__, queue=False)
    gr.mount_gradio_app(
        app,
        blocks,
        "/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=UPLOAD_LIMIT,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        favicon_path=str(STATIC / "icon.svg"),
    )


def reply_to(request: Any, library: Loading[Library], memory: Memory) -> dict[str, str] | None:
    """Answer one question of the page by ``{"id", "html", "markdown"}``; without the last where there is no answer.

    It is a mapping as /v1/ask takes it, with an ``id``, and with ``{"about": {"article", "start", "end"}}`` among its
    history where words of the article were selected. What goes wrong is the reply as well, in one sentence; None, for
    nothing asked, gives None.
    """
    if not isinstance(request, dict):
        return None
    reply = {"id": str(request.get("id", ""))}
    try:
        return reply | _shown(request, library.result(PATIENCE), memory)
    except (PullquoteError, ValueError) as error:
        return reply | {"html": trouble_html(without_paths(str(error)))}
    except Exception:
        log.exception("A question could not be answered")
        return reply | {"html": trouble_html("Something went wrong in the server; its log says what.")}


def _shown(request: dict[str, Any], library: Library, memory: Memory) -> dict[str, str]:
    """The answer as HTML for the page, and with its question as Markdown for whoever saves the conversation."""
    question, as_typed = request.get("question", ""), request.get("as_typed") is True
    history = [_past(entry, library) for entry in request.get("history") or ()]
    answer = memory.ask(library, question, history, request.get("articles"), as_typed=as_typed)
    titles = {article.id: article.title for article in library.articles}
    return {
        "html": answer_html(answer, titles, as_typed=as_typed),
        "markdown": f"## {escape_markdown(question)}\n\n{to_markdown(answer, titles)}",
    }


def _past(entry: Any, library: Library) -> Any:
    """An entry of a history: words that were selected are a turn in which they were quoted, all else is as it is."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("about"), Mapping):
        return entry
    article_id, start, end = (entry["about"].get(name) for name in ("article", "start", "end"))
    article = library.article(str(article_id))
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(article.text)):
        raise ValueError("the words that were selected are not in the article any more: select them again")
    words = article.text[start:end]
    paragraph = article.text.count("\n\n", 0, start) + 1
    quote = Quote(article.id, words, start, end, paragraph, article.revision)
    return Turn(words, Answer(words, words, (quote,), 1.0))


def _for_programs(door: Door) -> Door:
    """``door``, called as whoever asks; its errors say what is wrong: of others Gradio tells nothing, and rightly."""
    signature = inspect.signature(door, eval_str=True)
    asking = inspect.Parameter("asking", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)

    def call(asking: gr.Request, *arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            with asked_by(_scope(asking)):
                return door(*arguments, **named)
        except (PullquoteError, ValueError) as error:
            raise gr.Error(without_paths(str(error)), print_exception=False) from None

    call.__name__, call.__doc__ = door.__name__, door.__doc__
    call.__signature__ = signature.replace(parameters=[asking, *signature.parameters.values()])  # type: ignore[attr-defined]
    call.__annotations__ = {"asking": gr.Request, **{p.name: p.annotation for p in signature.parameters.values()}}
    return call


def _scope(asking: gr.Request) -> Mapping[str, Any]:
    """The scope of the request that Gradio answers, maybe in a thread that was started for another one."""
    return asking.request.scope if asking.request else {}


def _part(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
