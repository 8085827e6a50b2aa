"""Postings of frequent words, kept by who searches: nearly every question has some of them. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

WORTH_KEEPING = 1 << 16
"""Bytes: postings of rarer words are read quickly."""

MOST_BYTES = 1 << 25
"""32 MB: of 100,000 passages those of all words worth it. Those that were not asked for longest are let go of."""


class FrequentWords:
    """Of frequent words their postings in each pack. Packs never change: they are right while the packs are these."""

    def __init__(self) -> None:
        self._packs: tuple[int, ...] = ()
        self._held: OrderedDict[str, dict[int, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, terms: Iterable[str], packs: tuple[int, ...]) -> dict[str, dict[int, bytes]]:
        """Of those terms that are held: their postings in each of these packs that has any."""
        if packs != self._packs:
            self._packs, self._bytes = packs, 0
            self._held.clear()
        found = {term: self._held[term] for term in terms if term in self._held}
        for term in found:
            self._held.move_to_end(term)
        return found

    def keep(self, terms: Sequence[str], words: Mapping[int, Mapping[str, bytes]]) -> None:
        """Hold those of these terms that are frequent. ``words``: of each pack the postings of its words."""
        for term in terms:
            postings = {pack: of_pack[term] for pack, of_pack in words.items() if term in of_pack}
            size = sum(map(len, postings.values()))
            if WORTH_KEEPING <= size <= MOST_BYTES and term not in self._held:
                self._held[term] = postings
                self._bytes += size
        while self._bytes > MOST_BYTES:
            _, postings = self._held.popitem(last=False)
            self._bytes -= sum(map(len, postings.values()))
