"""Designs of halls from the catalogue's rows: what takes up the heat, what rejects it, and the electrical chain, picked and put together.

A design is a name of the catalogue (`evaporative`), or a pair of parts (`liquid/evaporative`): heat is taken up by `air`, by `liquid`, or
by both (`hybrid`, shares of the catalogue), and rejected by one of `REJECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.hall.cooling_hours import Chiller, Kind, Loop, Rejection
from stargauge.quantity.hall.electrical_chain import Chain, Redundancy, Value, redundancy_of
from stargauge.quantity.hall.facility_hours import Facility
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Collection = Literal["air", "liquid", "hybrid"]

#: What takes up the heat of the racks.
COLLECTIONS: tuple[Collection, ...] = ("air", "liquid", "hybrid")
#: The design taken where nobody says which it is.
DEFAULT = "closed-loop-chiller"
_USUAL, _TOWER = "closed-loop-chiller", "evaporative"
#: What the catalogue calls a way to reject heat, and how it is worked out.
_KINDS: dict[str, Kind] = {"dry": "dry", "adiabatic": "adiabatic", "wet": "tower", "air": "air"}


class Plant(NamedTuple):
    """A way to reject heat: the row of the catalogue that its figures come from, how it works, and who helps in hot hours."""

    row: str
    kind: Kind | None = None  # none: as the row says
    chiller: bool | None = None  # none: as the row says
    air_side: str = ""  # the plant of the air side, where it is another


#: Ways to reject heat: the catalogue's own, and what can be put together from their rows.
REJECTIONS: dict[str, Plant] = {
    **{name: Plant(name) for name in ("closed-loop-chiller", "dry-cooler", "adiabatic", "evaporative", "air-economiser")},
    "air-cooled-chiller": Plant(_USUAL, "chiller", True),
    "tower-without-chiller": Plant(_TOWER, "tower", False),
    "dry-cooler-and-chilled-air": Plant("dry-cooler", air_side=_USUAL),
}
#: Designs shown beside one another: every way to reject heat as it is usually built.
DESIGNS = (
    "dry-cooler", "dry-cooler-and-chilled-air", "adiabatic", "closed-loop-chiller", "evaporative", "air-economiser", "air/evaporative",
    "air/air-cooled-chiller",
)  # fmt: skip


class Drawn(NamedTuple):
    """How ranges become numbers: their middles, or draws as a column, the same of a row wherever it is used."""

    catalogue: KnownCatalogue
    draws: int = 0  # none: middles
    seed: int = 0
    own: Mapping[tuple[str, str, str], Array] = MappingProxyType({})  # (draw,) of kind, name and attribute, where they are drawn already
    rows: NDArray[np.intp] | None = None  # only these draws
    stream: Callable[[str], Array] | None = None  # chances of each draw by what is drawn; none: evenly spread

    def value(self, kind: str, name: str, attribute: str, unit: str) -> Value:
        """The value of an attribute. Raises InputError where nobody gives one."""
        column = self.own.get((kind, name, attribute))
        found = self._value(kind, name, attribute, unit) if column is None else column[:, None]
        return found if self.rows is None or np.ndim(found) == 0 else np.asarray(found)[self.rows]

    def _value(self, kind: str, name: str, attribute: str, unit: str) -> Value:
        found = self.catalogue.estimate(kind, name, attribute, unit).value
        if isinstance(found, Distribution):
            return self._drawn(found, _key(kind, name, attribute))
        if not isinstance(found, float) or np.isnan(found):
            raise InputError(
                say(
                    "the catalogue has no {attribute} of {kind} {name}; add a row {kind},{name},{attribute},VALUE,{unit}",
                    attribute=attribute,
                    kind=kind,
                    name=name,
                    unit=unit,
                )
            )
        return found

    def _drawn(self, found: Distribution, key: str) -> Value:
        if not self.draws:
            return found.quantile(0.5)
        if self.stream is not None:
            return np.asarray(found.ppf(self.stream(key)))[:, None]
        digest = blake2b(f"{self.seed}\x1f{key}".encode(), digest_size=16).digest()
        order = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little"))).permutation(self.draws)
        return found.ppf((order + 0.5) / self.draws)[:, None]


def _key(kind: str, name: str, attribute: str) -> str:
    """What is drawn together. Halls of two designs are held against one another, so they stand at the same place of their ranges; plants
    stand beside one another, and what one takes says nothing of another.
    """
    return f"{kind}/{name}/{attribute}" if kind == "energy" else f"{kind}/{attribute}"


def parts_of(design: str) -> tuple[Collection | None, str]:
    """What takes up the heat (none: as the row says) and what rejects it. Raises InputError with the nearest names."""
    first, _, second = design.partition("/")
    collection, rejection = (first, second) if second else ("", first)
    if collection and collection not in COLLECTIONS:
        raise InputError(
            say(
                'no way to take up heat "{collection}"{near}; expected {collections}',
                collection=collection,
                near=did_you_mean(collection, COLLECTIONS),
                collections=", ".join(COLLECTIONS),
            )
        )
    if rejection not in REJECTIONS:
        raise InputError(
            say(
                'no cooling design "{rejection}"{near}; expected one of {rejections}',
                rejection=rejection,
                near=did_you_mean(rejection, REJECTIONS),
                rejections=", ".join(REJECTIONS),
            )
        )
    return next((one for one in COLLECTIONS if one == collection), None), rejection


def facility_of(drawn: Drawn, design: str = DEFAULT, redundancy: str = "") -> Facility:
    """The hall of a design. `redundancy`: one of N, N+1, 2N, distributed, block; without one the catalogue's range."""
    collection, rejection = parts_of(design)
    plant = REJECTIONS[rejection]
    kind, row = _kind(drawn, plant), plant.row
    if kind == "air" and collection in ("liquid", "hybrid"):
        raise InputError(
            say(
                'outdoor air cannot cool liquid: "{design}"; choose air/{rejection}, or another way to reject heat',
                design=design,
                rejection=rejection,
            )
        )
    stated = drawn.value("cooling", row, "liquid_share", "1")
    share: Value = {"air": 0.0, "liquid": 1.0, "hybrid": stated, None: stated}[collection]
    if collection == "hybrid" and not np.any(np.asarray(stated) > 0.0):
        share = drawn.value("cooling", DEFAULT, "liquid_share", "1")
    loops, rejections = list[Loop](), list[Rejection]()
    if np.any(np.asarray(share) > 0.0):
        loops.append(_liquid(drawn, row, share))
        rejections.append(_rejection(drawn, plant, kind))
    if np.any(np.asarray(share) < 1.0):
        other = REJECTIONS[plant.air_side] if plant.air_side else plant
        loops.append(_air(drawn, row, 1.0 - np.asarray(share), kind))
        rejections.append(_rejection(drawn, other, _kind(drawn, other)))
    return Facility(
        tuple(loops), tuple(rejections), _chain(drawn, redundancy), _hall(drawn, "lighting_share"),
        drawn.value("cooling", "default", "water_other", "L/Wh"),
    )  # fmt: skip


def kinds_of(facility: Facility) -> frozenset[Kind]:
    """The kinds of plant of a hall."""
    return frozenset(plant.kind for plant in facility.rejections)


def warmer(catalogue: KnownCatalogue) -> float:
    """K by which the years to come are taken warmer than the normals: the middle of the catalogue's range."""
    return float(np.asarray(Drawn(catalogue).value("weather", "default", "ambient_offset", "K")))


def usual_load(drawn: Drawn) -> Value:
    """Average power of the racks over their rated power."""
    return _hall(drawn, "load_factor")


def _kind(drawn: Drawn, plant: Plant) -> Kind:
    return plant.kind or _KINDS[drawn.catalogue.text("cooling", plant.row, "heat_rejection")]


def _general(drawn: Drawn, attribute: str, unit: str) -> Value:
    return drawn.value("cooling", "default", attribute, unit)


def _hall(drawn: Drawn, attribute: str) -> Value:
    return drawn.value("facility", "default", attribute, "1")


def _liquid(drawn: Drawn, row: str, share: Value) -> Loop:
    return Loop(
        "liquid", share, drawn.value("cooling", row, "supply_temperature", "degC"), _general(drawn, "liquid_temperature_rise", "K"),
        drawn.value("cooling", row, "pump_power", "1"),
    )  # fmt: skip


def _air(drawn: Drawn, row: str, share: Value, kind: Kind) -> Loop:
    """The air side: outdoor air itself, or air cooled by coils with water that must be colder by the coil's approach."""
    supply, fans = drawn.value("cooling", row, "air_supply_temperature", "degC"), drawn.value("cooling", row, "air_fan_power", "1")
    if kind == "air":
        return Loop("air", share, supply, _general(drawn, "air_temperature_rise", "K"), fans)
    return Loop(
        "air", share, supply - np.asarray(_general(drawn, "air_coil_approach", "K")), _general(drawn, "liquid_temperature_rise", "K"), fans
    )


def _rejection(drawn: Drawn, plant: Plant, kind: Kind) -> Rejection:
    row, tower, evaporates = plant.row, kind == "tower", kind in ("tower", "adiabatic", "air")
    helped = drawn.catalogue.text("cooling", row, "backup") == "chiller" if plant.chiller is None else plant.chiller
    approach: Value = 0.0 if kind == "chiller" else drawn.value("cooling", row, "approach_wet" if tower else "approach_dry", "K")
    return Rejection(
        kind, approach, drawn.value("cooling", row, "approach_heat_exchanger", "K") if tower else 0.0,
        0.0 if kind == "air" else drawn.value("cooling", row, "fan_power", "1"), _general(drawn, "least_speed", "1"),
        drawn.value("cooling", row, "tower_pump_power", "1") if tower else 0.0, _chiller(drawn, row) if helped else None,
        _general(drawn, "wetting_effectiveness", "1"), _general(drawn, "air_temperature_rise", "K"),
        drawn.value("cooling", row, "cycles_of_concentration", "1") if evaporates else 2.0,
        drawn.value("cooling", row, "drift_share", "1") if evaporates else 0.0, _general(drawn, "humid_limit", "degC"),
    )  # fmt: skip


def _chiller(drawn: Drawn, row: str) -> Chiller:
    first, second, third = (float(np.asarray(_general(drawn, f"chiller_part_load_{place}", "1"))) for place in range(3))
    return Chiller(
        drawn.value("cooling", row, "chiller_carnot_share", "1"), _general(drawn, "chiller_lift", "K"), (first, second, third),
        _general(drawn, "chiller_least_load", "1"),
    )  # fmt: skip


def _chain(drawn: Drawn, redundancy: str) -> Chain:
    if redundancy:
        units = float(np.asarray(_hall(drawn, "redundant_units")))
        spare = redundancy_of(redundancy, units)
    else:
        share = _hall(drawn, "redundancy")
        spare = Redundancy(share, share)
    return Chain(
        _hall(drawn, "transformer_loss"), _hall(drawn, "ups_loss"), _hall(drawn, "distribution_loss"), _hall(drawn, "no_load_share"), spare,
        _hall(drawn, "design_ratio"),
    )  # fmt: skip
