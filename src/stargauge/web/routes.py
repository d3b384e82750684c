"""Which pages there are: each is a function from a view to HTML, under a path. Importing this module imports nothing that computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

#: A page is text, or bytes where it says in `view.headers["media"]` what they are.
Maker = Callable[..., str | bytes]
Made = TypeVar("Made", bound=Maker)


@dataclass(frozen=True)
class Page:
    """One page. `path` has the names of its arguments in braces; those of a programme begin with `/p/{programme}`.

    `asks`: parameters of the address, beyond those of a question, that its function takes (as text, empty where absent).
    `kept`: the page stays the same while the programmes' files do, so that it may be kept once made. `writes`: it is posted to and
    changes files, or takes what a form sends; nothing of it is kept. `slow`: it takes long, and is made beside the programme's other pages.
    `of_all`: it reads other programmes than that of its path, so that it is made anew when any of them changed.
    """

    name: str
    path: str
    make: Maker
    asks: tuple[str, ...] = ()
    kept: bool = True
    writes: bool = False
    slow: bool = False
    of_all: bool = False

    @property
    def of_programme(self) -> bool:
        """Whether it is a page of one programme."""
        return self.path.startswith("/p/{programme}")


PAGES: dict[str, Page] = {}


def page(
    path: str, *, asks: tuple[str, ...] = (), kept: bool = True, writes: bool = False, slow: bool = False, of_all: bool = False
) -> Callable[[Made], Made]:  # fmt: skip
    """Enter a function as the page of a path. Its name is the page's, its arguments are the path's and what it `asks` for, by name."""

    def enter(make: Made) -> Made:
        name = f"{make.__module__.rpartition('.')[2]}.{make.__name__}"
        PAGES[name] = Page(name, path, make, asks, kept and not writes, writes, slow, of_all)
        return make

    return enter


def arguments_of(made: Page, path: dict[str, Any], query: dict[str, str]) -> dict[str, str]:
    """The arguments of a page's function from the path and the query of an address."""
    return {**{key: str(value) for key, value in path.items() if key != "programme"}, **{key: query.get(key, "") for key in made.asks}}
