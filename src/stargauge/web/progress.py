"""How far jobs are, told to whoever asks under their number."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator

#: How many numbers are remembered, how many may listen at once, and how long one who hears nothing stays.
MOST_NUMBERS, MOST_LISTENERS, SILENCE = 256, 64, 60.0
Told = tuple[int, int]


class Board:
    """What was told last under each number. Who comes late hears it at once; who comes after the end hears that it has ended."""

    def __init__(self) -> None:
        self._last: OrderedDict[int, Told | None] = OrderedDict()
        self._listeners: dict[int, list[asyncio.Queue[Told | None]]] = {}

    @property
    def full(self) -> bool:
        """Whether nobody else can listen."""
        return sum(map(len, self._listeners.values())) >= MOST_LISTENERS

    def tell(self, number: int, done: int, of: int) -> None:
        """A job is so far."""
        self._post(number, (done, of))

    def end(self, number: int) -> None:
        """A job has ended."""
        if number:
            self._post(number, None)

    def close(self) -> None:
        """Everybody who listens is told that it has ended."""
        for number in list(self._listeners):
            self._post(number, None)

    def _post(self, number: int, told: Told | None) -> None:
        self._last[number] = told
        self._last.move_to_end(number)
        while len(self._last) > MOST_NUMBERS:
            self._last.popitem(last=False)
        for queue in self._listeners.get(number, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(told)

    async def follow(self, number: int) -> AsyncIterator[Told]:
        """How far a job is, as it goes on; ends with the job, or after a minute without news."""
        mine: asyncio.Queue[Told | None] = asyncio.Queue(maxsize=8)
        if number in self._last:
            mine.put_nowait(self._last[number])
        self._listeners.setdefault(number, []).append(mine)
        try:
            while (told := await asyncio.wait_for(mine.get(), SILENCE)) is not None:
                yield told
        except TimeoutError:
            return
        finally:
            self._listeners[number].remove(mine)
            if not self._listeners[number]:
                del self._listeners[number]
