"""Chips, models and machines by their names in the catalogue: what a user or a published table calls one, and its figures in SI units."""

from __future__ import annotations

import difflib
import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.compute.machine import Chip, Machine, Tier
from stargauge.quantity.compute.transformer import Latent, Transformer, Window
from stargauge.quantity.dates import day, from_day, parse_window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError

#: Kinds of which one is asked for by name here, and what each is called.
_CALLED = {"accelerator": "chip", "model": "model"}
#: Types whose products run at the peak of another one.
_SAME_PEAK = {"mxfp8": "fp8", "nvfp4": "fp4", "mxfp4": "fp4", "fp16": "bf16"}
_PEAK = "peak_"
#: Attribute that names another model whose dimensions a model has.
_DIMENSIONS_OF = "dimensions_of"
_NEEDED = ("layers", "hidden", "heads", "kv_heads", "ffn", "vocabulary")
_LATENT = ("latent_query_rank", "latent_rank", "latent_nope", "latent_rope", "latent_value")
#: What a model has where nobody says otherwise.
_USUAL = {
    "gated": 1, "experts": 0, "experts_per_token": 0, "shared_experts": 0, "dense_layers": 0, "dense_ffn": 0, "tied": 0,
    "predicted_tokens": 1, "unfused_activation": 0,
}  # fmt: skip
_CLUSTER = re.compile(r"^\s*([0-9][0-9_,' ]*)\s*[x×*]\s*(\S.*?)\s*$", re.IGNORECASE)
_MOST = 100_000_000

Made = TypeVar("Made")
Oversubscription = Sequence[tuple[float, float]]


def resolved(known: KnownCatalogue, kind: str, beginning: str) -> str:
    """The name in the catalogue that somebody means: the name itself, else any beginning of it that fits no other.

    Case, dots, spaces, dashes and underscores do not count, and parts may be left out: `llama3-405b` is `llama-3.1-405b`. Raises InputError
    with all names that fit where there are several, with the nearest ones where there is none.
    """
    names = _asked(known, kind)
    if beginning in names:
        return beginning
    wanted, squeezed = _parts(beginning), _squeezed(beginning)
    ways: tuple[Callable[[str], bool], ...] = (
        lambda name: _squeezed(name) == squeezed,
        lambda name: _begins(wanted, _parts(name)) or _squeezed(name).startswith(squeezed),
        lambda name: _in_order(wanted, _parts(name)),
    )
    for fits in ways if squeezed else ():
        found = [name for name in names if fits(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f'{_CALLED.get(kind, kind)} "{beginning}": several begin so; expected one of {", ".join(found)}')
    raise InputError(f'no {_CALLED.get(kind, kind)} "{beginning}" in the catalogue{_nearest(beginning, names, kind)}')


def _asked(known: KnownCatalogue, kind: str) -> tuple[str, ...]:
    """The names of a kind; of accelerators those that compute, not what holds for all of them."""
    names = known.names(kind)
    if kind != "accelerator":
        return names
    return tuple(name for name in names if any(one.startswith(_PEAK) for one in known.catalogue.attributes(kind, name)))


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def _parts(text: str) -> tuple[str, ...]:
    """Letters and numbers of a name by themselves, a number with the letters after it: `llama`, `3.1`, `405b`."""
    return tuple(re.findall(r"\d+(?:\.\d+)?[a-z]*|[a-z]+", text.lower()))


def _means(part: str, whole: str) -> bool:
    """Whether a part of a name begins another; a number does not begin a longer one (`3` is `3.1`, not `30b`)."""
    return whole.startswith(part) and not (part[-1:].isdigit() and whole[len(part) : len(part) + 1].isdigit())


def _begins(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return len(wanted) <= len(name) and all(_means(part, whole) for part, whole in zip(wanted, name, strict=False))


def _in_order(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether all parts occur in a name in this order, the first one first."""
    if not wanted or not name or not _means(wanted[0], name[0]):
        return False
    rest = iter(name)
    return all(any(_means(part, whole) for whole in rest) for part in wanted)


def _nearest(beginning: str, names: Sequence[str], kind: str) -> str:
    by_squeezed = {_squeezed(name): name for name in names}
    near = difflib.get_close_matches(_squeezed(beginning), list(by_squeezed), n=3, cutoff=0.5)
    said = f"; nearest: {', '.join(by_squeezed[one] for one in near)}" if near else ""
    return f"{said}; `stargauge catalogue {kind}` lists all"


def transformer_of(known: KnownCatalogue, name: str) -> Transformer:
    """A model of the catalogue by its dimensions, by any unique beginning of its name.

    Raises InputError that tells everything missing at once, and how to give it.
    """
    name = resolved(known, "model", name)
    like = known.text("model", name, _DIMENSIONS_OF)
    source = resolved(known, "model", like) if like else name
    said = {attribute: _number(known, "model", source, attribute) for attribute in (*_NEEDED, "head_size", *_USUAL, *_LATENT)}
    latent = any(not math.isnan(said[one]) for one in _LATENT)
    if latent and math.isnan(said["kv_heads"]):
        said["kv_heads"] = said["heads"]
    said |= {one: float(usual) for one, usual in _USUAL.items() if math.isnan(said[one])}
    needed = [*_NEEDED, *(_LATENT if latent else ()), *(["experts_per_token"] if said["experts"] else [])]
    needed += ["dense_ffn"] if said["experts"] and said["dense_layers"] else []
    missing = [one for one in needed if math.isnan(said[one]) or (one in _USUAL and not said[one])]
    if missing:
        raise InputError(_untold("model", name, missing))
    if math.isnan(said["head_size"]):
        said["head_size"] = said["hidden"] / said["heads"] if said["heads"] else 0.0
    _check_dimensions(name, said)
    return _transformer(known, name, source, {one: round(value) for one, value in said.items() if not math.isnan(value)})


def _transformer(known: KnownCatalogue, name: str, source: str, said: dict[str, int]) -> Transformer:
    tokens, share, domains = (_number(known, "model", source, one) for one in ("window_tokens", "window_share", "most_domains"))
    return Transformer(
        name, said["layers"], said["hidden"], said["heads"], said["kv_heads"], said["head_size"], said["ffn"], said["vocabulary"],
        bool(said["gated"]), said["experts"], said["experts_per_token"], said["shared_experts"], said["dense_layers"], said["dense_ffn"],
        Latent(*(said[one] for one in _LATENT)) if _LATENT[1] in said else None,
        None if math.isnan(tokens) else Window(round(tokens), 1.0 if math.isnan(share) else share),
        bool(said["tied"]),
        math.inf if math.isnan(domains) else domains,
        said["predicted_tokens"], bool(said["unfused_activation"]),
    )  # fmt: skip


def _check_dimensions(name: str, said: dict[str, float]) -> None:
    """Raises InputError with every dimension that cannot be."""
    path, faults = f"model/{name}", list[str]()
    for one, value in said.items():
        least = 1 if one in (*_NEEDED, "head_size") else 0
        if not math.isnan(value) and (value != round(value) or value < least):
            faults.append(f"{one} is {value:g}; expected a whole number of at least {least}")
    if not faults and said["heads"] % said["kv_heads"]:
        faults.append(f"kv_heads is {said['kv_heads']:g}; expected a number that divides the {said['heads']:g} heads")
    if not faults and said["experts_per_token"] > said["experts"]:
        faults.append(f"experts_per_token is {said['experts_per_token']:g}; expected at most the {said['experts']:g} experts")
    if not faults and said["dense_layers"] > said["layers"]:
        faults.append(f"dense_layers is {said['dense_layers']:g}; expected at most the {said['layers']:g} layers")
    if faults:
        raise InputError([Fault(fault, path) for fault in faults])


def chip_of(known: KnownCatalogue, name: str) -> Chip:
    """A chip of the catalogue by its figures, by any unique beginning of its name: memory as usable where that was measured.

    Raises InputError that tells everything missing at once, and how to give it.
    """
    name = resolved(known, "accelerator", name)
    figure = {one: _number(known, "accelerator", name, one) for one in _FIGURES}
    missing = [one for one, value in figure.items() if math.isnan(value)]
    if missing:
        raise InputError(_untold("accelerator", name, missing))
    usable = _number(known, "accelerator", name, "memory_usable")
    return Chip(
        name=name,
        title=known.text("accelerator", name, "title") or name,
        peaks=_peaks(known, name),
        memory=figure["memory"] if math.isnan(usable) else usable,
        bandwidth=figure["memory_bandwidth"],
        domain=round(figure["scaleup_domain"]),
        up=figure["scaleup_bandwidth"],
        out=figure["scaleout_bandwidth"],
        launch=_year(_number(known, "accelerator", name, "launch")),
    )


#: Figures without which a chip cannot be reckoned with, and the unit to give each in.
_FIGURES = {"memory": "GB", "memory_bandwidth": "TB/s", "scaleup_domain": "1", "scaleup_bandwidth": "GB/s", "scaleout_bandwidth": "Gbit/s"}


def _peaks(known: KnownCatalogue, name: str) -> dict[str, float]:
    given = [one for one in known.catalogue.attributes("accelerator", name) if one.startswith(_PEAK)]
    found = {one.removeprefix(_PEAK): _number(known, "accelerator", name, one) for one in given}
    return {dtype: value for dtype, value in found.items() if not math.isnan(value)}


def peak_of(chip: Chip, dtype: str) -> float:
    """Dense FLOP/s of a chip in a type; mxfp8 counts as fp8, nvfp4 and mxfp4 as fp4, fp16 as bf16 where it has no figure of its own.

    Raises InputError for a type that the catalogue has no figure for: it is never guessed from another.
    """
    kept = dtype.lower()
    kept = kept if kept in chip.peaks else _SAME_PEAK.get(kept, kept)
    if kept in chip.peaks:
        return chip.peaks[kept]
    has = [*chip.peaks, *(["fp16"] if "bf16" in chip.peaks and "fp16" not in chip.peaks else [])]
    raise InputError(
        f"no {dtype.upper()} figure for {chip.name}: the chip does not have it or the maker gives none; it has {', '.join(has)}"
    )


def machine_of(
    known: KnownCatalogue, cluster: str, software: float | str | date | None = None, oversubscription: Oversubscription | None = None
) -> Machine:
    """A machine by how many of which chip: `16384xh100`.

    `software`: the day of its software, as a date or as a year with its fraction; the knowledge date where nobody says.
    `oversubscription`: accelerators that each tier of the network joins and the share of a chip's bandwidth that each has across it, from
    the nearest; the last joins all (`((3072, 1.0), (inf, 1 / 7))`). Raises InputError with all faults.
    """
    faults: list[Fault] = []
    found = _CLUSTER.match(cluster)
    count, chip = 0, None
    if found is None:
        faults.append(Fault(f'got the cluster "{cluster}"; expected a number of accelerators, x, and a chip, as in 16384xh100'))
    else:
        count = int(re.sub(r"\D", "", found[1]))
        faults += [] if 1 <= count <= _MOST else [Fault(f"got {count:,} accelerators; expected 1 to {_MOST:,}")]
        chip = _kept(faults, lambda: chip_of(known, found[2]))
    tiers = _kept(faults, lambda: _tiers(oversubscription))
    when = _kept(faults, lambda: _software(software, known.as_of))
    if faults or chip is None or tiers is None or when is None:
        raise InputError(faults)
    return Machine(chip, count, tiers, when)


def _kept(faults: list[Fault], make: Callable[[], Made]) -> Made | None:
    """What is made, or None with its faults kept with the others."""
    try:
        return make()
    except InputError as error:
        faults += error.faults
        return None


def _tiers(said: Oversubscription | None) -> tuple[Tier, ...]:
    if not said:
        return (Tier(math.inf, 1.0),)
    tiers = tuple(Tier(float(joined), float(share)) for joined, share in said)
    faults = [
        f"got the share {tier.share:g} of a tier; expected more than 0 and at most 1" for tier in tiers if not 0.0 < tier.share <= 1.0
    ]
    rising = all(far.accelerators > near.accelerators for near, far in itertools.pairwise(tiers))
    if not rising or not tiers[0].accelerators >= 1.0:
        faults.append(
            f"got tiers of {', '.join(f'{t.accelerators:g}' for t in tiers)} accelerators; expected each to join more than the last"
        )
    if not math.isinf(tiers[-1].accelerators):
        faults.append(f"the last tier joins {tiers[-1].accelerators:g} accelerators; expected it to join all (inf)")
    if faults:
        raise InputError([Fault(fault) for fault in faults])
    return tiers


def _software(said: float | str | date | None, today: date) -> float:
    if said is None or isinstance(said, date):
        return _year(day(said or today))
    fault = Fault(f"got {said} as the day of the software; expected a date as 2026-06-30, or a year as 2026.5", "--software")
    try:
        year = float(said)
    except ValueError:
        try:
            return _year(parse_window(str(said)).middle)
        except InputError:
            raise InputError(fault) from None
    if not 2000.0 <= year < 2200.0:
        raise InputError(fault)
    return year


def chip_in(text: str, known: KnownCatalogue) -> str | None:
    """The chip that a published table means by a free text (`A100-80GB SXM`, `B200 (HGX 8)`); None where that cannot be told.

    A text that names a family alone (`A100 SXM`) means its latest member.
    """
    parts = _parts(_split(text))
    names = _asked(known, "accelerator")
    family = [name for name in names if any(_held(part, parts) for part in _families(known, name))]
    if not family:
        return None
    longest = max(max(len(one) for one in _families(known, name) if _held(one, parts)) for name in family)
    family = [name for name in family if any(len(one) == longest and _held(one, parts) for one in _families(known, name))]
    sizes = {size for part in parts if (size := re.sub(r"gi?b$", "", part)).isdigit() and part.endswith("b")}
    of_size = [name for name in family if sizes & set(_parts(name))] or [name for name in family if _size(known, name) in sizes]
    return max(of_size or family, key=lambda name: _launched(known, name), default=None)


def _split(text: str) -> str:
    """A text with a space before each number that follows letters, and none within names such as `TPU v4`."""
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", text)


def _families(known: KnownCatalogue, name: str) -> list[tuple[str, ...]]:
    """The ways in which a chip's family is written: its name and its title, each up to and with the first number."""
    written = (name, re.sub(r"\(.*?\)", "", known.text("accelerator", name, "title")))
    found = (_until_number(_parts(_split(one))) for one in written)
    return [one for one in found if one]


def _until_number(parts: tuple[str, ...]) -> tuple[str, ...]:
    for place, part in enumerate(parts):
        if part[0].isdigit():
            return parts[: place + 1]
    return parts if len(parts) == 1 and len(parts[0]) > 4 else ()


def _held(wanted: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return any(parts[at : at + len(wanted)] == wanted for at in range(len(parts) - len(wanted) + 1))


def _size(known: KnownCatalogue, name: str) -> str:
    return f"{_number(known, 'accelerator', name, 'memory') / 1e9:.0f}"


def _launched(known: KnownCatalogue, name: str) -> float:
    when = _number(known, "accelerator", name, "launch")
    return -math.inf if math.isnan(when) else when


def model_in(text: str, known: KnownCatalogue) -> str | None:
    """The model that a published table means by a free text (`DeepSeek-V3/R1`, `Kimi-K2.5 NVFP4`); None where that cannot be told.

    What follows the model's name is let go; a name may leave out parts (`GPT 175B` is `gpt-3-175b`) where only one has the rest.
    """
    parts = _parts(re.sub(r"\(.*?\)|\[.*?\]", " ", text))
    by_parts = {name: _parts(name) for name in known.names("model")}
    begun = [name for name, own in by_parts.items() if parts[: len(own)] == own]
    if begun:
        return max(begun, key=lambda name: len(by_parts[name]))
    left_out = [name for name, own in by_parts.items() if len(parts) > 1 and _subsequence(parts, own)]
    return left_out[0] if len(left_out) == 1 else None


def _subsequence(parts: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    if parts[0] != whole[0]:
        return False
    rest = iter(whole)
    return all(part in rest for part in parts)


def _number(known: KnownCatalogue, kind: str, name: str, attribute: str) -> float:
    """A figure in its SI unit, the middle of a range; NaN where nobody said."""
    if attribute not in known.catalogue.attributes(kind, name):
        return math.nan
    value = known.estimate(kind, name, attribute).value
    if isinstance(value, Distribution):
        return value.quantile(0.5)
    return float(value) if isinstance(value, (int, float)) else math.nan


def _year(when: float) -> float:
    """A day count as a year with its fraction."""
    if math.isnan(when):
        return math.nan
    year = from_day(when).year
    first, following = day(date(year, 1, 1)), day(date(year + 1, 1, 1))
    return year + (when - first) / (following - first)


def _untold(kind: str, name: str, missing: Iterable[str]) -> Fault:
    """What the catalogue does not say of a chip or a model, and the rows that would."""
    missing = list(missing)
    rows = "; ".join(f"{kind},{name},{one},NUMBER,{_FIGURES.get(one, '1')}" for one in missing)
    return Fault(
        f"nobody gives {', '.join(missing)}; rows for a CSV file of your own (--catalogue FILE, with the header "
        f"kind,name,attribute,value,unit): {rows}",
        f"{kind}/{name}",
    )
