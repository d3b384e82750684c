"""How good the facility model is on published yearly PUE and water of halls: by design and weather alone, nothing fitted to any of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.backtest.scoring import interval
from stargauge.catalogue.facility_designs import DEFAULT, REJECTIONS, Drawn, facility_of, kinds_of, usual_load, warmer
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.own_pue import PueRecord
from stargauge.catalogue.place_weather import weather_of
from stargauge.quantity.hall.cooling_hours import air_of
from stargauge.quantity.hall.facility_hours import facility_hours
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]

#: Draws of the catalogue's ranges behind each prediction.
DRAWS = 64
#: Rows that a constant needs to be fitted on others.
_ENOUGH = 3
#: A factor within which water counts as of the right order.
FACTOR = 3.0
NOTE = (
    "No AI campus with liquid cooling has published a yearly PUE or WUE to validate against: what is published are halls of "
    "cloud operators and laboratories, mostly cooled by air and of many ages."
)
NOT_STATED = "not stated"

#: Words by which an operator's text tells a design, the first that matches; a text that tells of several halls at once has none.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"\bmixed\b", ""), (r"(warm[- ]water|liquid).*(tower|evaporat)", "liquid/tower-without-chiller"),
    (r"(outside|outdoor|free|fresh)[- ]air|air[- ](side )?economi[sz]", "air-economiser"), (r"(warm[- ]water|liquid)", "dry-cooler"),
    (r"dry[- ]cool", "dry-cooler"), (r"adiabatic", "adiabatic"), (r"tower|evaporat", "evaporative"),
    (r"air[- ]cooled[- ]chill", "air/air-cooled-chiller"), (r"chill|closed[- ]loop", DEFAULT),
)  # fmt: skip
_STATES = {
    "arizona": "az", "georgia": "ga", "illinois": "il", "indiana": "in", "iowa": "ia", "louisiana": "la", "michigan": "mi",
    "nebraska": "ne", "new mexico": "nm", "ohio": "oh", "oregon": "or", "tennessee": "tn", "texas": "tx", "virginia": "va",
    "washington": "wa",
    "wisconsin": "wi", "finland": "fi", "ireland": "ie", "norway": "no", "sweden": "se",
}  # fmt: skip
_FLEET = re.compile(r"\b(fleet|average|global|survey)\b", re.IGNORECASE)


class Located(NamedTuple):
    """A place of the catalogue that a text was read as, and how."""

    place: str
    how: str


@dataclass(frozen=True)
class PueForecast:
    """A row, the design and place it was read as, and what the model says of them."""

    record: PueRecord
    design: str
    stated: bool
    place: Located
    pue: Array
    wue: Array  # L per kWh
    notes: tuple[str, ...]

    @property
    def middle(self) -> float:
        """The middle forecast of the PUE."""
        return float(np.median(self.pue))


@dataclass(frozen=True)
class PueValidation:
    """Forecasts beside what was published, and the rows that could not be scored."""

    forecasts: tuple[PueForecast, ...]
    left_out: tuple[tuple[PueRecord, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows, left_out, notes}`: the form of JSON, Python and the command line."""
        scored = [one for one in self.forecasts if one.record.pue is not None]
        stated, apart = [one for one in scored if one.stated], [one for one in scored if not one.stated]
        groups = dict.fromkeys(_group(one) for one in scored)
        return {
            "summary": summary(scored) | {
                "by_design": {name: summary([one for one in scored if _group(one) == name]) for name in groups},
                "stated": summary(stated), "not_stated": summary(apart), "wue": water_summary(self.forecasts),
            },
            "rows": [row_of(one, constant) for one, constant in zip(self.forecasts, _beside(self.forecasts), strict=True)],
            "left_out": [
                {"line": record.line, "operator": record.operator, "site": record.site, "reason": reason}
                for record, reason in self.left_out
            ],
            "default_design": DEFAULT, "draws": DRAWS, "notes": [say(NOTE)],
        }  # fmt: skip


def _group(one: PueForecast) -> str:
    return one.design if one.stated else say("not stated, taken as {design}", design=one.design)


def _beside(forecasts: Sequence[PueForecast]) -> list[float | None]:
    """The constant that each scored row is compared with; None where there is none."""
    scored = [one for one in forecasts if one.record.pue is not None]
    held = {id(one): value for one, value in zip(scored, constants([one.record.pue or 0.0 for one in scored]), strict=True)}
    return [held.get(id(one)) for one in forecasts]


def constants(published: Sequence[float]) -> list[float | None]:
    """The best constant of the other rows for each row: their median, which has the least mean absolute error. None of fewer than two."""
    values = np.array(published)
    if len(values) < _ENOUGH:
        return [None] * len(values)
    return [float(np.median(np.delete(values, place))) for place in range(len(values))]


def summary(forecasts: Sequence[PueForecast]) -> dict[str, Any]:
    """Mean absolute error and bias, the same of the best constant fitted on the other rows, and skill = 1 - error / error of it."""
    if not forecasts:
        none = dict.fromkeys(("mae", "bias", "mae_constant", "skill_vs_constant", "skill_interval", "inside_p10_p90"))
        return {"n": 0, **none}
    published = [one.record.pue or 0.0 for one in forecasts]
    errors = np.array([one.middle - value for one, value in zip(forecasts, published, strict=True)])
    others = constants(published)
    mae = float(np.abs(errors).mean())
    beside = [abs(constant - value) for constant, value in zip(others, published, strict=True) if constant is not None]
    against = float(np.mean(beside)) if beside else None
    inside = [_inside(one) for one in forecasts]
    return {
        "n": len(forecasts), "mae": mae, "bias": float(errors.mean()), "mae_constant": against,
        "skill_vs_constant": 1.0 - mae / against if against else None, "skill_interval": _skill_interval(forecasts, errors, beside),
        "inside_p10_p90": float(np.mean(inside)),
    }  # fmt: skip


def _skill_interval(forecasts: Sequence[PueForecast], errors: Array, beside: Sequence[float]) -> list[float] | None:
    """P5 and P95 of the skill when halls are drawn again with replacement; none of too few halls."""
    if len(beside) < len(forecasts) or len(forecasts) < _ENOUGH or not any(beside):
        return None
    ours, constant = np.abs(errors), np.array(beside)

    def skill(rows: NDArray[np.intp]) -> float:
        total = float(constant[rows].sum())
        return 1.0 - float(ours[rows].sum()) / total if total > 0.0 else float("nan")

    found = interval(skill, [f"{one.record.operator} {one.record.site}" for one in forecasts])
    return list(found) if np.isfinite(found).all() else None


def water_summary(forecasts: Sequence[PueForecast]) -> dict[str, Any]:
    """How many waters are of the right order: within a factor of `FACTOR` of what was published."""
    found = [(float(np.median(one.wue)), one.record.wue) for one in forecasts if one.record.wue is not None]
    near = [max(made, said) <= FACTOR * min(made, said) for made, said in found]
    mae = float(np.mean([abs(made - said) for made, said in found])) if found else None
    return {"n": len(found), "mae": mae, "factor": FACTOR, "within_factor": int(sum(near))}


def _inside(one: PueForecast) -> bool:
    low, high = np.quantile(one.pue, (0.1, 0.9))
    return bool(low <= (one.record.pue or 0.0) <= high)


def row_of(one: PueForecast, constant: float | None) -> dict[str, Any]:
    """A row as plain data."""
    record = one.record
    p10, p50, p90 = (float(value) for value in np.quantile(one.pue, (0.1, 0.5, 0.9)))
    w10, w50, w90 = (float(value) for value in np.quantile(one.wue, (0.1, 0.5, 0.9)))
    return {
        "line": record.line, "operator": record.operator, "site": record.site, "year": record.year, "cooling": record.cooling,
        "design": one.design, "design_stated": one.stated, "place": one.place.place, "place_read_from": one.place.how,
        "pue": record.pue, "pue_p10": p10, "pue_p50": p50, "pue_p90": p90,
        "error": None if record.pue is None else p50 - record.pue, "inside": None if record.pue is None else _inside(one),
        "constant": constant, "wue": record.wue, "wue_p10": w10, "wue_p50": w50, "wue_p90": w90, "notes": list(one.notes),
    }  # fmt: skip


def design_in(text: str) -> tuple[str, bool] | None:
    """The design that a text tells, and whether it tells one; the default where it tells nothing, None where it tells of several."""
    words = text.strip().lower()
    if not words or words == NOT_STATED:
        return DEFAULT, False
    if words in REJECTIONS:
        return words, True
    found = next((design for pattern, design in _WORDS if re.search(pattern, words)), None)
    return (found, True) if found else (None if found == "" else (DEFAULT, False))


def place_in(text: str, catalogue: KnownCatalogue) -> Located | None:
    """The place with weather that a text names: a town of the catalogue, else its state or country."""
    words = " ".join(re.findall(r"[a-z]+", text.lower()))
    places = [name for name in catalogue.names("place") if name != "name" and catalogue.text("place", name, "weather")]
    towns = [(" ".join(_town(name)), name) for name in places]
    named = [(town, name) for town, name in towns if re.search(rf"\b{town}\b", words)]
    if named:
        town, name = max(named, key=lambda pair: len(pair[0]))
        return Located(name, f"the town or country in the text: {town}")
    short = [code.lower() for code in re.findall(r"\b[A-Z]{2}\b", text)]
    codes = [code for state, code in _STATES.items() if re.search(rf"\b{state}\b", words)] + short
    for code in codes:
        if found := [name for name in places if name.endswith(f"-{code}")]:
            return Located(found[0], f"the state or country in the text: {code.upper()}, whose first place in the catalogue is taken")
    return None


def _town(name: str) -> list[str]:
    parts = name.split("-")
    return parts[:-1] if len(parts) > 1 and len(parts[-1]) == 2 else parts


def validate_pue(records: Sequence[PueRecord], catalogue: KnownCatalogue) -> PueValidation:
    """Work out each hall from its design and its place's typical year, and set it beside what was published.

    No figure of any row is used: designs and their ranges are the catalogue's, the same for all. Rows of fleets, and of places without
    weather, cannot be scored and are listed.
    """
    made, left_out = list[PueForecast](), list[tuple[PueRecord, str]]()
    worked = cache(lambda design, place: _worked(catalogue, design, place))
    for record in records:
        found = _read(record, catalogue)
        if isinstance(found, str):
            left_out.append((record, found))
        else:
            made.append(_forecast(record, *found, worked))
    return PueValidation(tuple(made), tuple(left_out))


def _read(record: PueRecord, catalogue: KnownCatalogue) -> tuple[str, bool, Located] | str:
    """Design, whether it was stated, and place of a row; else why it cannot be scored."""
    if _FLEET.search(record.site):
        return say("a fleet or a survey, which has no one weather")
    design = design_in(record.cooling)
    if design is None:
        return say('the cooling "{cooling}" is not one design', cooling=record.cooling)
    place = place_in(record.site, catalogue)
    if place is None:
        return say("no place with weather in the catalogue can be told from the text")
    return *design, place


def _forecast(
    record: PueRecord, design: str, stated: bool, place: Located, worked: Callable[[str, str], tuple[Array, Array, tuple[str, ...]]]
) -> PueForecast:  # fmt: skip
    return PueForecast(record, design, stated, place, *worked(design, place.place))


def _worked(catalogue: KnownCatalogue, design: str, place: str) -> tuple[Array, Array, tuple[str, ...]]:
    """PUE and WUE (L per kWh) of a design in the typical year of a place, per draw, and what is said of the weather."""
    drawn = Drawn(catalogue, DRAWS)
    facility, weather = facility_of(drawn, design), weather_of(catalogue, place, 0, typical=True)
    hours = facility_hours(facility, air_of(weather, kinds_of(facility), warmer(catalogue)), usual_load(drawn) + np.zeros((1, YEAR_HOURS)))
    return hours.mean_pue(), hours.mean_wue() * 1000.0, weather.notes
