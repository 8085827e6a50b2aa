"""Who may use a server, and how much: as the command line says, or else as is sensible for where it listens."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, field, replace

from bot.limits import MEGABYTE, Limits
from bot.login import Login

SHARED_RATE = 120
"""Requests a minute of one client, where others than this machine can reach the server: two a second."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a server, and for what. None: as is sensible for where it listens."""

    login: Login | None = None
    limits: Limits = field(default_factory=Limits)
    rate: int | None = None
    """Requests a minute of one client, in place of that of the limits; None: as is sensible."""
    may_add: bool | None = None
    """Whether people may add articles of their own: by default where only this machine, or who logs in, can."""
    is_local: bool = True
    """Whether only this machine can reach it."""

    def settled(self) -> tuple[Limits, bool]:
        """The limits, and whether articles may be added."""
        rate = (0 if self.is_local else SHARED_RATE) if self.rate is None else self.rate
        limits = replace(self.limits, rate=rate)
        may_add = self.is_local or self.login is not None if self.may_add is None else self.may_add
        return limits, may_add


def access_of(options: Namespace) -> Access:
    """What the options of ``chat`` say. NoSuchLogin where ``--auth`` is none."""
    given = Limits()
    limits = Limits(
        upload=given.upload if options.max_upload is None else options.max_upload * MEGABYTE,
        articles=given.articles if options.max_articles is None else options.max_articles,
    )
    login = Login.parse(options.auth) if options.auth else None
    return Access(login, limits, options.rate, options.adding)
