"""What somebody means by the name of a chip or a model: its name in the catalogue, by its beginning or by what else it is called."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: How attributes of what computes begin; what else a name is known by.
_PEAK, _CALLED_BY = "peak_", ("vendor", "architecture", "title")
#: Letters that a word has at least which stands for a name by itself; names that are told where none fits.
_WORD, _NEAR = 3, 3
#: Digits after the dot of a size, such as those of `7.5b`; what goes on with a number.
_OF_SIZE = r"[0-9]+[a-z]"
_MORE = rf"[0-9]|\.{_OF_SIZE}"
_NO_MORE = f"(?!{_MORE})"


class NotThere(InputError):
    """The catalogue has nothing of a name."""


def resolved(known: KnownCatalogue, kind: str, beginning: str) -> str:
    """The name in the catalogue that somebody means: the name itself, else any beginning of it that fits no other.

    Case, spaces, dashes, underscores and the dots of versions do not count, and parts may be left out: `llama3-405b` is `llama-3.1-405b`.
    A beginning never stops inside a number: `h20` is not `h200`, nor `gpt-4` a `gpt-462b`. Words of the title, the maker and the
    architecture stand for a name too (`ironwood`, `nvidia h100`). Raises InputError with all names that fit where there are several, with
    the nearest three where there is none.
    """
    names = asked_of(known, kind)
    if beginning in names:
        return beginning
    wanted, begins = parts_of(beginning), _spelling(beginning)
    ways: tuple[Callable[[str], bool], ...] = (
        lambda name: begins.fullmatch(name.lower()) is not None,
        lambda name: _begins(wanted, parts_of(name)) or begins.match(name.lower()) is not None,
        lambda name: _in_order(wanted, parts_of(name)),
        lambda name: _is_called(wanted, parts_of(_other_names(known, kind, name))),
    )
    for fits in ways if wanted else ():
        found = [name for name in names if fits(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                say(
                    '{kind} "{beginning}": several are called so; expected one of {names}'
                    if fits is ways[-1]
                    else '{kind} "{beginning}": several begin so; expected one of {names}',
                    kind=_called(kind),
                    beginning=beginning,
                    names=", ".join(found),
                )
            )
    nearest = _nearest(known, beginning, names, kind)
    raise NotThere(say('no {kind} "{beginning}" in the catalogue; {nearest}', kind=_called(kind), beginning=beginning, nearest=nearest))


def _called(kind: str) -> str:
    """What a kind is called, in the language that is spoken."""
    return {"accelerator": say("chip"), "model": say("model", "catalogue")}.get(kind, kind)


def asked_of(known: KnownCatalogue, kind: str) -> tuple[str, ...]:
    """The names of a kind; of accelerators those that compute, not what holds for all of them."""
    names = known.names(kind)
    if kind != "accelerator":
        return names
    return tuple(name for name in names if any(one.startswith(_PEAK) for one in known.catalogue.attributes(kind, name)))


def _spelling(text: str) -> re.Pattern[str]:
    """A pattern of names that begin as a text does, whatever stands between letters; the dot of a size (`7.5b`) stays a dot."""
    kept = re.sub(rf"\.(?!{_OF_SIZE})|[^a-z0-9.]", "", text.lower())
    between = rf"(?:\.(?!{_OF_SIZE})|[^a-z0-9.])*"
    return re.compile(between.join(re.escape(one) for one in kept) + (_NO_MORE if kept[-1:].isdigit() else ""))


def parts_of(text: str) -> tuple[str, ...]:
    """Letters and numbers of a name by themselves, a number with the letters after it: `llama`, `3.1`, `405b`."""
    return tuple(re.findall(r"\d+(?:\.\d+)?[a-z]*|[a-z]+", text.lower()))


def _means(part: str, whole: str) -> bool:
    """Whether a part of a name begins another; a number does not begin a longer one (`3` is `3.1`, not `30b`, nor `7` a `7.5b`)."""
    return whole.startswith(part) and not (part[-1:].isdigit() and re.match(_MORE, whole[len(part) :]))


def _begins(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return len(wanted) <= len(name) and all(_means(part, whole) for part, whole in zip(wanted, name, strict=False))


def _in_order(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether all parts occur in a name in this order, the first one first."""
    return bool(wanted and name) and _means(wanted[0], name[0]) and _occur(wanted, name)


def _occur(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    rest = iter(name)
    return all(any(_means(part, whole) for whole in rest) for part in wanted)


def _other_names(known: KnownCatalogue, kind: str, name: str) -> str:
    """Maker, architecture and title."""
    given = known.catalogue.attributes(kind, name)
    return " ".join(known.text(kind, name, one) for one in _CALLED_BY if one in given)


def _is_called(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether all parts occur in other names, in this order, with a whole word among them."""
    return any(len(part) >= _WORD and part.isalpha() for part in wanted) and _occur(wanted, words)


def _nearest(known: KnownCatalogue, beginning: str, names: Sequence[str], kind: str) -> str:
    """The nearest three names, by the name or a word of the title, and how to see all."""
    matcher = difflib.SequenceMatcher(b=_plain(beginning))

    def far(name: str) -> tuple[float, float, str]:
        by_name, *by_word = (_alike(matcher, one) for one in (name, *_other_names(known, kind, name).split()))
        return -max([by_name, *by_word]), -by_name, name

    best = sorted(names, key=far)[:_NEAR]
    makers = sorted({known.text(kind, name, "vendor") for name in names if "vendor" in known.catalogue.attributes(kind, name)})
    return say(
        "it has those of {makers}; nearest: {names}; `stargauge catalogue {kind} --names` lists all"
        if makers
        else "nearest: {names}; `stargauge catalogue {kind} --names` lists all",
        makers=", ".join(makers),
        names=", ".join(best),
        kind=kind,
    )


def _alike(matcher: difflib.SequenceMatcher[str], written: str) -> float:
    matcher.set_seq1(_plain(written))
    return matcher.ratio()


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
