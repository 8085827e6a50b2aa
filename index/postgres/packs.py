"""Words packed: where each word of many articles is, in one row, so that a question reads few rows of many postings.

A row for each word of each article is the truth, and quick to write. Of 100,000 passages a question would read tens of
thousands of such rows. So now and then those of articles that have come are packed; small packs are packed anew into
larger ones, each at least twice as large as the next, so that there are few and each article is packed a few times.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import LibraryError
from index.postgres.words import COUNT_BITS, LENGTH_BITS

if TYPE_CHECKING:
    from index.postgres.connection import Connection
    from index.postgres.store import PostgresStore

WORTH_PACKING = 1_000
"""Passages: fewer are quick enough to read article by article."""

LARGEST = 1 << 22
"""Passages in a pack: a posting in it is a number of 32 bits, of which all but 8 are the passage's place."""

IN_PASSING = 8_000
"""The most that who adds makes into one pack, in two seconds. Workers with nothing to do, and who closes, make more."""

_STALE = 10
"""A pack is made anew when one in so many of its articles is gone."""

_LOCK = 0x7061636B
"""The advisory lock of who packs: "pack"."""

_LIST = """
SELECT number, first, last, size, octet_length(articles) / 8,
    (SELECT count(*) FROM pullquote.removed WHERE article BETWEEN first AND last)
FROM pullquote.packs ORDER BY first"""
_UNPACKED = """
SELECT coalesce(sum(passages), 0) FROM pullquote.articles
WHERE number > (SELECT coalesce(max(last), 0) FROM pullquote.packs)"""
_COMING = """
SELECT max(number), coalesce(max(total), 0)::bigint FROM (
    SELECT number, sum(passages) OVER (ORDER BY number) AS total FROM pullquote.articles
    WHERE number > %s AND number <= %s
) AS coming WHERE total <= %s"""
_SIZES = """
sizes AS MATERIALIZED (
    SELECT number, passages, sentences, sum(passages) OVER (ORDER BY number) - passages AS before
    FROM pullquote.articles WHERE number BETWEEN %(first)s AND %(last)s
)"""
_PLACE = f"(before::bigint + (p >> {COUNT_BITS + LENGTH_BITS}))"
_INSERT_PACK = f"""
WITH {_SIZES}, lengths AS (
    SELECT {_PLACE} AS place, max((p >> {COUNT_BITS}) & {2**LENGTH_BITS - 1}) AS length
    FROM sizes JOIN pullquote.words ON article = number, unnest(postings) AS p GROUP BY 1
)
INSERT INTO pullquote.packs (first, last, size, articles, passages, sentences, lengths)
SELECT %(first)s, %(last)s, coalesce(sum(passages), 0),
    coalesce(string_agg(int8send(number), '' ORDER BY number), ''),
    coalesce(string_agg(int4send(passages::integer), '' ORDER BY number), ''),
    coalesce(string_agg(int4send(sentences::integer), '' ORDER BY number), ''),
    coalesce((SELECT string_agg(int4send(coalesce(length, 0)::integer), '' ORDER BY place)
        FROM generate_series(0, (SELECT sum(passages)::bigint FROM sizes) - 1) AS place LEFT JOIN lengths USING (place)
    ), '')
FROM sizes RETURNING number"""
_INSERT_WORDS = f"""
WITH {_SIZES}
INSERT INTO pullquote.packed (term, pack, postings, sentences)
SELECT term, %(pack)s,
    string_agg((
        SELECT string_agg(int4send(({_PLACE} << {COUNT_BITS} | (p & {2**COUNT_BITS - 1}))::integer), '')
        FROM unnest(postings) AS p
    ), '' ORDER BY article),
    string_agg(int4send(words.sentences), '' ORDER BY article)
FROM sizes JOIN pullquote.words ON article = number GROUP BY term"""
_SAME = """
SELECT NOT EXISTS (
    (SELECT term, postings, sentences FROM pullquote.packed WHERE pack = %(old)s
        EXCEPT SELECT term, postings, sentences FROM pullquote.packed WHERE pack = %(new)s)
    UNION ALL (SELECT term, postings, sentences FROM pullquote.packed WHERE pack = %(new)s
        EXCEPT SELECT term, postings, sentences FROM pullquote.packed WHERE pack = %(old)s)
) AND (SELECT count(DISTINCT (first, last, size, articles, passages, sentences, lengths)) FROM pullquote.packs
    WHERE number IN (%(old)s, %(new)s)) = 1"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A pack: its number, those of its first and last article, its passages, its articles, and those that are gone."""

    number: int
    first: int
    last: int
    size: int
    articles: int
    gone: int


def pack_words(store: PostgresStore, *, most: int = LARGEST) -> None:
    """Pack the words of articles that are not packed, where there are enough; others that add hardly wait for it.

    ``most``: passages in a pack that small ones are made into. What goes wrong is only logged: nothing is lost by it, a
    question takes longer.
    """
    try:
        with store.alone(_LOCK) as connection:
            while connection and _pack_next(connection, most):
                pass
    except LibraryError as error:
        log.warning("the words in %s are not packed: %s", store.where, error)


def pack_anew(store: PostgresStore) -> bool:
    """Make each pack anew from the words, and tell whether all were right."""
    right = True
    with store.alone(_LOCK) as connection:
        if connection is None:
            return right  # another process makes them anew
        with _moment(connection) as packs:
            for pack in packs:
                new = _write(connection, pack.first, pack.last)
                row = connection.execute(_SAME, {"old": pack.number, "new": new}).fetchone()
                # One with articles that are gone is not the same, and yet not wrong.
                right = right and (bool(pack.gone) or row == (True,))
                _forget(connection, [pack.number])
    return right


def _pack_next(connection: Connection, most: int) -> bool:
    """Write one pack; False where there is nothing worth it."""
    highest = 0
    if (connection.execute(_UNPACKED).fetchone() or (0,))[0] >= WORTH_PACKING:
        # All numbers up to this one are given to articles that are there, or never will be.
        with connection.transaction():
            connection.execute("LOCK TABLE pullquote.articles IN SHARE ROW EXCLUSIVE MODE")
            highest = (connection.execute("SELECT max(number) FROM pullquote.articles").fetchone() or (None,))[0] or 0
    with _moment(connection) as packs:
        packed = packs[-1].last if packs else 0
        last, size = connection.execute(_COMING, [packed, highest, LARGEST]).fetchone() or (None, 0)
        coming = last is not None and size >= WORTH_PACKING
        old = _to_merge(packs, size if coming else 0, most)
        if coming:
            _write(connection, old[0].first if old else packed + 1, last)
        else:
            if not old:
                old = [pack for pack in packs if pack.gone * _STALE > pack.articles and pack.size <= most][:1]
            if old:
                _write(connection, old[0].first, old[-1].last)
        _forget(connection, [pack.number for pack in old])
        # Those that are in no pack, and will be in none.
        connection.execute("DELETE FROM pullquote.removed WHERE article > %s", [last if coming else packed])
    return coming or bool(old)


def _to_merge(packs: Sequence[_Listed], size: int, most: int) -> Sequence[_Listed]:
    """The last packs, from one on that is smaller than twice all after it. ``size``: of what comes after them all."""
    start, after = len(packs), size
    for place in reversed(range(len(packs))):
        if packs[place].size + after > most:
            break
        if packs[place].size < 2 * after:
            start = place
        after += packs[place].size
    return packs[start:]


@contextmanager
def _moment(connection: Connection) -> Iterator[list[_Listed]]:
    """A transaction that sees all as it was in one moment, and the packs that there are."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'")
        yield [_Listed(*row) for row in connection.execute(_LIST)]


def _write(connection: Connection, first: int, last: int) -> int:
    values = {"first": first, "last": last}
    number = int((connection.execute(_INSERT_PACK, values).fetchone() or (0,))[0])
    connection.execute(_INSERT_WORDS, {**values, "pack": number})
    # Those alone that this transaction sees: what is removed meanwhile is in the pack.
    connection.execute("DELETE FROM pullquote.removed WHERE article BETWEEN %(first)s AND %(last)s", values)
    return number


def _forget(connection: Connection, packs: Sequence[int]) -> None:
    for table, column in (("packed", "pack"), ("packs", "number")):
        connection.execute(f"DELETE FROM pullquote.{table} WHERE {column} = ANY(%s)", [list(packs)])
