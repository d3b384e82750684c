"""Which draws of a run are kept: the worlds in which a condition holds, packed into blocks as if they were all that was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.graph import content_key
from stargauge.engine.streams import BLOCK
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Held:
    """The draws of a run that are kept, in their order. `mask`: one entry per world made.

    A pack is 256 kept draws (the last one fewer), from as many blocks as it takes. As no function of the model mixes draws, a pack is
    computed like a block: what is not kept costs its uniforms and nothing more. Raises InputError where nothing is kept.
    """

    mask: Mask

    def __post_init__(self) -> None:
        if not self.mask.any():
            raise InputError(say("no draw is kept, so nothing can be said of the worlds in which the condition holds; try more draws"))

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """The numbers of the kept draws among all that were made."""
        return np.flatnonzero(self.mask)

    @cached_property
    def key(self) -> str:
        """A content key: equal keys, the same draws kept."""
        return content_key(np.packbits(self.mask).tobytes(), str(len(self.mask)))

    @property
    def made(self) -> int:
        """How many worlds were made."""
        return len(self.mask)

    @property
    def kept(self) -> int:
        """How many of them are kept."""
        return len(self.places)

    def draws(self, pack: int, count: int = 1) -> int:
        """How many draws a pack holds, or some from there on."""
        return len(self._of(pack, count))

    def rows(self, pack: int, count: int = 1) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """The blocks of a pack (of some from there on) in order, each with its rows that are kept; blocks without any are left out."""
        places = self._of(pack, count)
        blocks = places // BLOCK
        for block in np.unique(blocks):
            yield int(block), places[blocks == block] % BLOCK

    def within(self, mask: Mask) -> Held:
        """Those of the kept draws that a mask over them keeps."""
        whole = self.mask.copy()
        whole[self.places] = mask
        return Held(whole)

    def first(self, count: int) -> Held:
        """The first so many of the kept draws; all where there are no more."""
        if count >= self.kept:
            return self
        mask = self.mask.copy()
        mask[self.places[count] :] = False
        return Held(mask)

    def _of(self, pack: int, count: int) -> NDArray[np.intp]:
        return self.places[pack * BLOCK : (pack + count) * BLOCK]
