"""What an accelerator-hour, a megawatt-year and a million tokens cost by site and generation, and which rents would cover it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stargauge.audit.drivers.moved import Levels, levels_data, levels_of
from stargauge.audit.drivers.sensitivity import Swing
from stargauge.audit.given import Condition, given_data
from stargauge.audit.summary import UNSITED, Days, names_of
from stargauge.engine.result import Result
from stargauge.engine.series import plain
from stargauge.programme.known import Known
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.quantity import COST_PARTS
from stargauge.quantity.spoken import say
from stargauge.quantity.units import convert

PER_POWER, PER_HOUR, RENT, PER_TOKENS = "M USD/MW/yr", "USD/h", "USD/kW/month", "USD/Mtok"
#: What a tornado of the cost of an hour always shows: life, hours sold, the rate (over a range where it is one number), the price of
#: power; how many more inputs it shows, those with the widest swing; and the least swing that is shown of these, as a share of the cost.
LIFE, SOLD, RATE = "accelerator_life", "hours_sold_share", "discount_rate"
POWER = ("grid_price_wholesale", "grid_price_delivery", "gas_price_deviate", "source_price_stated")
POWER_PRICE, MOST_STRONG, LEAST_SWING = "power price", 8, 0.005
#: Published yardstick of the cost per power and year, and the range of rates; both of the catalogue.
YARDSTICK, RATES = ("price", "operations", "total_cost_per_power"), ("funding", "default", "discount_rate_range")
#: Rents on record that are shown beside the cost, and their names.
RENTS = {"rent_contract": "on contract", "rent": "on demand", "rent_range": "as the model takes it"}

BASIS = (
    "Money of the price year; per MW of IT power, not at the meter. Capital is repaid over the lives of chips and building at the discount "
    "rate, so the cost of an hour is the rent at which its owner breaks even, given the share of hours sold; that share is an assumption. "
    "Tokens: output tokens of the reference model. Tax: property tax, insurance. Medians of parts need not add up to that of the whole."
)
#: What a table's numbers are and are not, by table.
NOTES = {
    "market_rent": (
        "Market rent is an assumption, no price on record: the rent of an H100 today, for newer chips in proportion to 16-bit peak. "
        'That flatters newer chips, whose rents need not rise with their peak; so does "covers", which compares it with the cost.'
    ),
    "building": (
        "Break-even at the discount rate, the return that equity asks, on all capital: who borrows part of it at less, as owners of let "
        "buildings do, breaks even lower."
    ),
}


@dataclass(frozen=True)
class Cost:
    """Unit costs of a programme: the run, the pairs of site and generation shown, and what moves the cost of an hour of the first pair."""

    known: Known
    result: Result
    pairs: tuple[tuple[str, str], ...]
    tornado: Mapping[str, Any] | None
    programme: str
    asked_as: str
    supposed: tuple[str, ...] = ()
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the same from the command line and Python."""
        sites = list(dict.fromkeys(site for site, _ in self.pairs))
        return {
            "programme": self.programme, "asked_as": self.asked_as, "supposed": list(self.supposed), "as_of": str(self.known.as_of),
            "price_year": self.known.programme.price_year, "draws": self.result.draws, "seed": self.result.seed,
            "fingerprint": self.result.fingerprint, **given_data(self.given),
            "hours_sold_share": self._levels("hours_sold_share", "1"), "accelerator_life": self._levels("accelerator_life", "yr"),
            "discount_rate": self._levels("discount_rate", "1"),
            "hours": [self._hour(site, chip) for site, chip in self.pairs],
            "sites": [self._site(site) for site in sites],
            "yardstick": self._yardstick(), "rents": rents_of(self.known), "tornado": self.tornado, "notes": NOTES,
            "basis": BASIS,
        }  # fmt: skip

    def _hour(self, site: str, chip: str) -> dict[str, Any]:
        """The cost of an hour and of tokens, what the market pays, and how often that covers it."""
        at = f"[{chip}, {site}]"
        return {
            "site": site, "site_name": names_of(self.known).get(site, site), "chip": chip, "address": f"lcoc{at}",
            "cost": self._levels(f"lcoc{at}", PER_HOUR),
            "parts": {part: self._levels(f"lcoc_parts[{part}, {chip}, {site}]", PER_HOUR) for part in COST_PARTS},
            "market_rent": self._levels(f"accelerator_rent_market[{chip}]", PER_HOUR),
            "margin": self._levels(f"rent_margin{at}", PER_HOUR), "covered": self._covered(f"rent_margin{at}"),
            "tokens": self._levels(f"token_cost_owned{at}", PER_TOKENS),
        }  # fmt: skip

    def _site(self, site: str) -> dict[str, Any]:
        """The cost of a megawatt of IT power and year, and of a building let, at a site."""
        return {
            "site": site, "address": f"cost_per_power[{site}]", "cost": self._levels(f"cost_per_power[{site}]", PER_POWER),
            "parts": {part: self._levels(f"cost_per_power_parts[{part}, {site}]", PER_POWER) for part in COST_PARTS},
            "at_the_meter": self._levels(f"cost_per_power_facility[{site}]", PER_POWER),
            "building_rent": self._levels(f"lease_rent_breakeven[{site}]", RENT),
            "market_building_rent": self._levels("campus_rent", RENT), "building_covered": self._covered(f"lease_margin[{site}]"),
        }  # fmt: skip

    def _values(self, address: str) -> Any:
        return self.result[address].values

    def _levels(self, address: str, unit: str) -> dict[str, Any]:
        factor = convert(1.0, self.result[address].unit, unit)
        return {"unit": unit, **levels_data(levels_of(self._values(address) * factor))}

    def _covered(self, address: str) -> float | None:
        """In which share of the worlds a margin is not below zero; None where it is absent."""
        values = self._values(address)
        return None if np.isnan(values).all() else plain(np.mean(values[~np.isnan(values)] >= 0.0))

    def _yardstick(self) -> dict[str, Any] | None:
        """What was published of the cost per power and year, with its date; None where nobody had by then."""
        said = self.known.default(*YARDSTICK)
        if not isinstance(said.value, float) or not said.statements:
            return None
        newest = said.statements[0]
        source = self.known.catalogue.catalogue.sources.get(newest.source)
        return {
            "value": plain(np.float64(convert(said.value, newest.unit, PER_POWER))), "unit": PER_POWER, "note": newest.note,
            "publisher": source.publisher if source else "", "published": str(newest.published or ""),
            "hindsight": str(said.hindsight) if said.hindsight else None,
        }  # fmt: skip


def addresses_of(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """What a run must make for these pairs of site and generation."""
    sites, chips = (list(dict.fromkeys(pair[place] for pair in pairs)) for place in (0, 1))
    of_pair = [
        "lcoc[{c}, {s}]",
        "rent_margin[{c}, {s}]",
        "token_cost_owned[{c}, {s}]",
        *(f"lcoc_parts[{p}, {{c}}, {{s}}]" for p in COST_PARTS),
    ]
    of_site = [
        "cost_per_power[{s}]", "cost_per_power_facility[{s}]", "lease_rent_breakeven[{s}]", "lease_margin[{s}]",
        *(f"cost_per_power_parts[{part}, {{s}}]" for part in COST_PARTS),
    ]  # fmt: skip
    return [
        *("hours_sold_share", "accelerator_life", "discount_rate", "campus_rent"),
        *(f"accelerator_rent_market[{chip}]" for chip in chips),
        *(form.format(c=chip, s=site) for site, chip in pairs for form in of_pair),
        *(form.format(s=site) for site in sites for form in of_site),
    ]


def asked_sites(known: Known, site: str | None, chip: str | None) -> tuple[list[str], list[str] | None]:
    """The sites and generations asked for: one, or every site and what stands there. Raises InputError for what there is not."""
    sites = [one.id for one in known.sites if one.id != UNSITED] or [one.id for one in known.sites]
    chips = list(known.axes["chip"])
    faults = list[Fault]()
    for word, asked, there in (("site", site, [one.id for one in known.sites]), ("chip", chip, chips)):
        if asked is not None and asked not in there:
            faults.append(
                Fault(
                    say(
                        '--{word}: there is no {word} "{asked}"{near} (all: {there})',
                        word=word,
                        asked=asked,
                        near=did_you_mean(asked, there),
                        there=", ".join(there),
                    )
                )
            )
    if faults:
        raise InputError(faults)
    return [site] if site else sites, [chip] if chip else None


def pairs_of(
    known: Known, sites: Sequence[str], chips: Sequence[str] | None, held: Mapping[str, Mapping[str, float]]
) -> list[tuple[str, str]]:
    """Each site with its generations: those asked for, else those stated for it, else the one of which most are expected.

    `held`: accelerators expected by site and generation, two years ahead.
    """
    axis = known.axes["chip"]
    out = list[tuple[str, str]]()
    for site in sites:
        stated = {str(said.value) for phase in known.phases if phase.site == site for said in phase.spec.hardware}
        stated |= {str(said.value) for one in known.sites if one.id == site and one.spec for said in one.spec.hardware}
        most = max(axis, key=lambda chip: (held[site][chip], axis.index(chip)))
        out += [(site, chip) for chip in chips or [one for one in axis if one in stated] or [most]]
    return out


def expected_held(result: Result, known: Known, sites: Sequence[str]) -> dict[str, dict[str, float]]:
    """Accelerators of each generation at each site, on average over the worlds, two years ahead."""
    when = Days.of(known).ahead
    return {
        site: {chip: float(np.nan_to_num(result[f"accelerators[{chip}, {site}]"].at(when).values).mean()) for chip in known.axes["chip"]}
        for site in sites
    }


def rates_of(known: Known) -> str | None:
    """The range of rates at which costs are shown, as a value to set; None where the catalogue has none."""
    value = known.default(*RATES).value
    return f"{value.quantile(0.1):.6g}..{value.quantile(0.9):.6g}" if isinstance(value, Distribution) else None


def rents_of(known: Known) -> list[dict[str, Any]]:
    """Rents of accelerators on record by the day, with dates and sources: contracts, then on demand, the newest first."""
    rows = [row for row in known.catalogue.rows_of("price") if row.attribute in RENTS]
    found = [
        {
            "chip": row.name, "kind": RENTS[row.attribute], "value": row.statement.text, "as_of": str(row.statement.as_of or ""),
            "source": row.statement.source, "grade": row.statement.grade, "note": row.statement.note,
        }
        for row in rows
    ]  # fmt: skip
    newest = sorted(found, key=lambda one: str(one["as_of"]), reverse=True)
    return sorted(newest, key=lambda one: list(RENTS.values()).index(str(one["kind"])))


def telling(swing: Swing, base: Levels) -> bool:
    """Whether an input moves the median enough to be seen."""
    return swing.swing > LEAST_SWING * abs(base[1])


def tornado_data(
    address: str, base: Mapping[str, Any], unit: str, swings: Sequence[Swing], still: Sequence[str], left: Sequence[str]
) -> dict[str, Any]:
    """What moves the cost of an hour, in the form in which `sensitivity` gives it."""
    inputs = [one.to_dict() for one in swings]
    return {"address": address, "unit": unit, "base": dict(base), "inputs": inputs, "still": list(still), "left": list(left)}
