"""Progress of a plan: in hundredths for a page, in words for a terminal."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
Told = Callable[[str], None]


class Steps:
    """Progress: in hundredths for a page, in words for a terminal."""

    def __init__(self, progress: Progress | None = None, told: Told | None = None) -> None:
        self.progress, self.told, self.done = progress, told, 0

    def to(self, done: int, text: str = "") -> None:
        """So many hundredths are done, and this is next; never backwards."""
        self.done = max(self.done, done)
        if self.progress is not None:
            self.progress(self.done, 100)
        self.say(text)

    def say(self, text: str) -> None:
        """What is being done."""
        if self.told is not None:
            self.told(text)
