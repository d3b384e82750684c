"""Chips, models and machines by their names in the catalogue: what a user or a published table calls one, and its figures in SI units."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.names import asked_of, parts_of, resolved
from stargauge.quantity.compute.machine import Chip, Machine, Tier, peak_type
from stargauge.quantity.compute.transformer import Latent, Transformer, Window
from stargauge.quantity.dates import day, from_day, parse_window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import OURS, Estimate

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
_MOST = 1_048_576

__all__ = ["chip_in", "chip_of", "context_of", "machine_of", "model_in", "peak_of", "resolved", "transformer_of"]

Made = TypeVar("Made")
Oversubscription = Sequence[tuple[float, float]]


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


def context_of(known: KnownCatalogue, name: str) -> int | None:
    """Tokens that a model takes at once, prompt and answer together, as its makers say; None where the catalogue does not say."""
    name = resolved(known, "model", name)
    said = _number(known, "model", name, "context")
    return None if math.isnan(said) else round(said)


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
            faults.append(say("{one} is {value:g}; expected a whole number of at least {least}", one=one, value=value, least=least))
    if not faults and said["heads"] % said["kv_heads"]:
        faults.append(
            say(
                "kv_heads is {kv_heads:g}; expected a number that divides the {heads:g} heads",
                kv_heads=said["kv_heads"],
                heads=said["heads"],
            )
        )
    if not faults and said["experts_per_token"] > said["experts"]:
        faults.append(
            say(
                "experts_per_token is {experts_per_token:g}; expected at most the {experts:g} experts",
                experts_per_token=said["experts_per_token"],
                experts=said["experts"],
            )
        )
    if not faults and said["dense_layers"] > said["layers"]:
        faults.append(
            say(
                "dense_layers is {dense_layers:g}; expected at most the {layers:g} layers",
                dense_layers=said["dense_layers"],
                layers=said["layers"],
            )
        )
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
    peaks = _peaks(known, name)
    return Chip(
        name=name,
        title=known.text("accelerator", name, "title") or name,
        peaks=peaks.middle,
        memory=figure["memory"] if math.isnan(usable) else usable,
        bandwidth=figure["memory_bandwidth"],
        domain=round(figure["scaleup_domain"]),
        up=figure["scaleup_bandwidth"],
        out=figure["scaleout_bandwidth"],
        launch=_year(_number(known, "accelerator", name, "launch")),
        peak_ranges=peaks.ranges,
        assumed=peaks.assumed,
        memory_sold=figure["memory"],
    )


#: Figures without which a chip cannot be reckoned with, and the unit to give each in.
_FIGURES = {"memory": "GB", "memory_bandwidth": "TB/s", "scaleup_domain": "1", "scaleup_bandwidth": "GB/s", "scaleout_bandwidth": "Gbit/s"}


class _Peaks(NamedTuple):
    """Dense FLOP/s by type: the middle, P10 and P90 of what is not one number, and what is assumed."""

    middle: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    assumed: dict[str, str]


def _peaks(known: KnownCatalogue, name: str) -> _Peaks:
    made = _Peaks({}, {}, {})
    for attribute in known.catalogue.attributes("accelerator", name):
        if attribute.startswith(_PEAK) and not math.isnan(value := _number(known, "accelerator", name, attribute)):
            _add_peak(made, attribute.removeprefix(_PEAK), value, known.estimate("accelerator", name, attribute))
    if "fp16" in made.middle and "bf16" not in made.middle:
        made.middle["bf16"] = made.middle["fp16"]
        made.assumed["bf16"] = "the chip has no bf16 products, its fp16 peak stands in"
    return made


def _add_peak(made: _Peaks, dtype: str, value: float, said: Estimate) -> None:
    made.middle[dtype] = value
    if isinstance(said.value, Distribution):
        made.ranges[dtype] = (said.value.quantile(0.1), said.value.quantile(0.9))
    if said.statements and said.statements[0].source == OURS:
        made.assumed[dtype] = said.statements[0].note.removeprefix("dense; ") or "no source gives it"


def peak_of(chip: Chip, dtype: str) -> float:
    """Dense FLOP/s of a chip in a type; mxfp8 counts as fp8, nvfp4 and mxfp4 as fp4, fp16 as bf16 where it has no figure of its own.

    Raises InputError for a type that the catalogue has no figure for: it is never guessed from another.
    """
    kept = peak_type(chip, dtype)
    if kept in chip.peaks:
        return chip.peaks[kept]
    has = [*chip.peaks, *(["fp16"] if "bf16" in chip.peaks and "fp16" not in chip.peaks else [])]
    raise InputError(
        say(
            "no {dtype} figure for {name}: the chip does not have it or the maker gives none; it has {has}",
            dtype=dtype.upper(),
            name=chip.name,
            has=", ".join(has),
        )
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
        faults.append(
            Fault(say('got the cluster "{cluster}"; expected a number of accelerators, x, and a chip, as in 16384xh100', cluster=cluster))
        )
    else:
        count = int(re.sub(r"\D", "", found[1]))
        faults += [] if 1 <= count <= _MOST else [Fault(say("got {count:,} accelerators; expected 1 to {most:,}", count=count, most=_MOST))]
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
        say("got the share {share:g} of a tier; expected more than 0 and at most 1", share=tier.share)
        for tier in tiers
        if not 0.0 < tier.share <= 1.0
    ]
    rising = all(far.accelerators > near.accelerators for near, far in itertools.pairwise(tiers))
    if not rising or not tiers[0].accelerators >= 1.0:
        faults.append(
            say(
                "got tiers of {tiers} accelerators; expected each to join more than the last",
                tiers=", ".join(f"{t.accelerators:g}" for t in tiers),
            )
        )
    if not math.isinf(tiers[-1].accelerators):
        faults.append(
            say("the last tier joins {accelerators:g} accelerators; expected it to join all (inf)", accelerators=tiers[-1].accelerators)
        )
    if faults:
        raise InputError([Fault(fault) for fault in faults])
    return tiers


def _software(said: float | str | date | None, today: date) -> float:
    if said is None or isinstance(said, date):
        return _year(day(said or today))
    fault = Fault(say("got {said} as the day of the software; expected a date as 2026-06-30, or a year as 2026.5", said=said), "--software")
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
    parts = parts_of(_split(text))
    names = asked_of(known, "accelerator")
    family = [name for name in names if any(_held(part, parts) for part in _families(known, name))]
    if not family:
        return None
    longest = max(max(len(one) for one in _families(known, name) if _held(one, parts)) for name in family)
    family = [name for name in family if any(len(one) == longest and _held(one, parts) for one in _families(known, name))]
    sizes = {size for part in parts if (size := re.sub(r"gi?b$", "", part)).isdigit() and part.endswith("b")}
    of_size = [name for name in family if sizes & set(parts_of(name))] or [name for name in family if _size(known, name) in sizes]
    return max(of_size or family, key=lambda name: _launched(known, name), default=None)


def _split(text: str) -> str:
    """A text with a space before each number that follows letters, and none within names such as `TPU v4`."""
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", text)


def _families(known: KnownCatalogue, name: str) -> list[tuple[str, ...]]:
    """The ways in which a chip's family is written: its name and its title, each up to and with the first number."""
    written = (name, re.sub(r"\(.*?\)", "", known.text("accelerator", name, "title")))
    found = (_until_number(parts_of(_split(one))) for one in written)
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
    parts = parts_of(re.sub(r"\(.*?\)|\[.*?\]", " ", text))
    by_parts = {name: parts_of(name) for name in known.names("model")}
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
        say(
            "nobody gives {missing}; rows for a CSV file of your own (--catalogue FILE, with the header "
            "kind,name,attribute,value,unit): {rows}",
            missing=", ".join(missing),
            rows=rows,
        ),
        f"{kind}/{name}",
    )
