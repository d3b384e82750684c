"""The programme file as typed, frozen models: one class per mapping; unit, meaning and default of each field stand here once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import ModelWrapValidatorHandler, PrivateAttr, model_validator

from stargauge.programme.fields import (
    DATE,
    RECORD,
    TEXT,
    Capture,
    Date,
    Lines,
    Moment,
    Part,
    PlainValue,
    Stated,
    Text,
    plain,
    redated,
    stated,
)
from stargauge.programme.positions import Document, Section, Trail, written
from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.instruments import Instrument
from stargauge.quantity.quantity import GAS_PLANTS
from stargauge.quantity.shown import Shown
from stargauge.quantity.statement import Statement

UNSITED = "unsited"
COMMITMENT_STAGES = ("announced", "committed", "available", "drawn")
DRAW_RULES = ("pro_rata", "equity_first", "debt_first", "at_once")


class SourceEntry(Part):
    """Where statements come from."""

    called = "a source"
    publisher: Text = plain("", "who published it", required="whole", example="Epoch AI")
    title: Text = plain("", "its title", required="whole", example="AI Data Centers")
    date: Date = plain(None, "when it was published: a day, month, quarter or year", example="2026-09-18")
    collected: Date = plain(None, "for a source without a date: the day it was collected, from which it counts", example="2026-11-22")
    url: Text = plain("", "its address", example="https://epoch.ai/data/ai-data-centers")
    grade: Literal["A", "B", "C", "D"] = plain("B", "A primary text or filing, B press or tracker, C secondary page, D weak", example="B")
    capture: Capture = plain("none", "id of the capture of it in an evidence folder, or none", example="C-17")
    root: Text = plain("", "id of the source it repeats; sources with one root count once", example="wh-2025-01-21")
    designed: bool = plain(False, "true where it is a plan made with Stargauge, so that its values show as designed")

    @property
    def published(self) -> Window | None:
        """The window from whose end it counts."""
        return self.date or self.collected


class CommitmentMilestones(Part):
    """When a commitment reached each of its stages."""

    called = "the milestones of a commitment"
    announced: Stated = stated(DATE, "first announced", example="2025-01-21")
    committed: Stated = stated(DATE, "signed", example="2025-07-22")
    available: Stated = stated(DATE, "can be drawn", example="2025-12-31")
    drawn: Stated = stated(DATE, "paid", example="2025-12-26")
    bound: Stated = stated(DATE, "the contract became binding in writing; bonus depreciation hangs on it", example="2024-10-15")


class Commitment(Part):
    """One promise of money from a party: what, to whom, how firm."""

    called = "a commitment"
    about: Text = plain("", "one sentence")
    to: Text = plain("", "who gets it: `programme`, or the id of a party or site", required="whole", example="programme")
    kind: Instrument = plain("equity", "its instrument, e.g. equity, loan, lease, cloud_contract", required="whole", example="equity")
    amount: Stated = stated("USD", "amount over its whole term", example="19 bn USD")
    cap: Stated = stated("USD", "the most it can be", example="20 bn USD")
    drawn: Stated = stated("USD", "the part of the amount already paid out, at a date", example="8.5 bn USD")
    stage: Stated = stated(TEXT, "announced, committed, available or drawn", choices=COMMITMENT_STAGES, example="announced")
    milestones: CommitmentMilestones = plain(CommitmentMilestones, "when each stage was reached")
    term: Stated = stated("d", "how long it runs", example="15 years")
    conditions: Text = plain("", "what it depends on, in your own words")
    rate: Stated = stated("1", "all-in yearly rate of interest", example="6.58 %")
    spread: Stated = stated("1", "yearly rate over the base rate", example="250 bp")
    interest_only: Stated = stated("d", "time from its start in which only interest is paid", example="2 years")
    amortisation: Stated = stated("d", "time over which payments are reckoned; longer than the term leaves a balloon", example="20 years")
    extensions: Stated = stated("d", "time by which the borrower may extend the term", example="2 years")
    dscr: Stated = stated("1", "least cover of debt service by cash flow, for sizing and default", example=1.3)
    lock_up: Stated = stated("1", "cover below which nothing is paid out to owners", example=1.15)
    loan_to_cost: Stated = stated("1", "most debt as a share of cost", example="80 %")
    upfront_fee: Stated = stated("1", "fee on the whole line when it closes", example="1.5 %")
    commitment_fee: Stated = stated("1", "yearly fee on what is not drawn", example="0.5 %")
    reserve_months: Stated = stated("d", "debt service that a reserve account holds", example="6 months")
    draw_rule: Stated = stated(TEXT, "pro_rata, equity_first, debt_first or at_once", choices=DRAW_RULES, example="pro_rata")
    security: Text = plain("", "what secures it, in your own words")
    covenants: Text = plain("", "what the borrower has to keep, in your own words")
    guarantor: Text = plain("", "id of the party that stands for it", example="oracle")
    supplier: Text = plain("", "id of the party from which a purchase is bought", example="nvidia")
    power: Stated = stated("W", "IT power that a lease or contract is for", example="206 MW")
    rent: Stated = stated("USD/W/d", "rent per IT power and time", example="120 USD/kW/month")
    escalation: Stated = stated("1", "yearly rise of the rent", example="2.5 %")
    take_or_pay: Stated = stated("1", "share that is paid whether used or not", example="100 %")
    outside_date: Stated = stated(DATE, "last day of delivery; later the customer may leave", example="2027-06-30")
    delay_damages: Stated = stated("USD/W/d", "damages per late IT power and time", example="60 USD/kW/month")
    termination: Text = plain("", "who may end it, and when, in your own words")
    residual_guarantee: Stated = stated("USD", "value of the asset at the end that is guaranteed to its owner", example="28 bn USD")
    renewal: Stated = stated("d", "length of each renewal that the customer may choose", example="4 years")

    @classmethod
    def _finish(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A bare stage is known with the amounts: `announced` from the first of them, any other from the newest."""
        dated = sorted((s for s in values.get("amount", ()) if s.published), key=lambda s: s.published.end)
        if dated and "stage" in values:
            first, last = dated[0], dated[-1]
            values["stage"] = tuple(
                s if s.source or s.note else redated(s, first if s.value == "announced" else last) for s in values["stage"]
            )
        return values


class Party(Part):
    """Who funds, builds, owns, leases, operates or buys."""

    called = "a party"
    name: Text = plain("", "its name", required="whole", example="SoftBank Group")
    about: Text = plain("", "one sentence")
    role: Text = plain("", "what it does in the programme", example="funds")
    accounts: Literal["public", "private"] = plain("private", "private: its means are not knowable", example="public")
    cash: Stated = stated("USD", "liquid means at a date", example="24.3 bn USD")
    credit_lines: Stated = stated("USD", "undrawn credit lines at a date", example="8 bn USD")
    debt: Stated = stated("USD", "interest-bearing debt at a date", example="108 bn USD")
    lease_commitments: Stated = stated("USD", "lease payments promised and not yet due", example="248 bn USD")
    capex: Stated = stated("USD", "capital expenditure without leases within the period `as_of`", example="21 bn USD")
    capex_with_leases: Stated = stated("USD", "the same with finance leases taken on; shown, no input", example="88.2 bn USD")
    cash_floor: Stated = stated("USD", "least cash that its own policy asks for", example="10 bn USD")
    debt_ceiling: Stated = stated("1", "most debt over the value of its holdings that its own policy allows", example="25 %")
    debt_share: Stated = stated("1", "debt over the value of its holdings, at a date", example="20.6 %")
    net_assets: Stated = stated("USD", "value of its holdings less its debt, at a date", example="200 bn USD")
    cash_burn: Stated = stated("USD", "cash used up before new money within the period `as_of`", example="17..25 bn USD")
    operating_cash_flow: Stated = stated("USD", "operating cash flow within the period `as_of`", example="20.8 bn USD")
    revenue: Stated = stated("USD", "revenue within the period `as_of`", example="57 bn USD")
    market_value: Stated = stated("USD", "market value or valuation at a date", example="300 bn USD")
    policy: Stated = stated(TEXT, "its own stated financial policy")
    facts: dict[str, Stated] = stated(TEXT, "what else the record says, by key", keyed=True)
    commitments: dict[str, Commitment] = plain(dict, "its promises of money, by id")


class Milestones(Part):
    """Dates of the stages: commercial `announced, contracted, financed`, physical `under_construction, energised, operational`."""

    called = "milestones"
    announced: Stated = stated(DATE, "first published", example="2025-01-21")
    contracted: Stated = stated(DATE, "a lease or contract is signed", example="2025-07-22")
    financed: Stated = stated(DATE, "its debt or equity is closed", example="2025-05-21")
    under_construction: Stated = stated(DATE, "work on site has started", example="2024-06")
    energised: Stated = stated(DATE, "power has reached it", example="2025-06-30")
    operational: Stated = stated(DATE, "everything in it runs", example="2025-09-26")
    paused: Stated = stated(DATE, "work has stopped")
    cancelled: Stated = stated(DATE, "it has been given up")


class PledgeMilestones(Milestones):
    """Dates of a pledge without a site."""

    called = "the milestones of a pledge"
    placed: Stated = stated(DATE, "it got its sites, and counts there from then on", example="2025-09-23")


class PowerSource(Part):
    """One source of power of a site."""

    called = "a power source"
    about: Text = plain("", "one sentence")
    capacity: Stated = stated("W", "capacity at the meter", example="360 MW")
    available_from: Stated = stated(DATE, "from when it can be used", example="2026-01")
    role: Literal["prime", "backup", "alone"] = plain(
        "prime",
        "prime, backup only, or alone: gas or fuel cells that carry the site without the grid, for good where that has a capacity of 0, "
        "else until it is there",
        example="backup",
    )
    plant: Text = plain(
        "", f"which plant gas is: {', '.join(GAS_PLANTS)}; a turbine at the usual cost of generation where left out", example="gas-engine"
    )
    energy: Stated = stated("Wh", "storage of a battery", example="1.2 GWh")
    price: Stated = stated("USD/Wh", "price of its energy", example="55 USD/MWh")


class Supply(Part):
    """Power supply of a site, by source."""

    called = "supply"
    grid: PowerSource = plain(PowerSource, "grid connection")
    gas: PowerSource = plain(PowerSource, "gas engines and turbines on site")
    fuel_cell: PowerSource = plain(PowerSource, "fuel cells on site")
    solar: PowerSource = plain(PowerSource, "solar")
    wind: PowerSource = plain(PowerSource, "wind")
    battery: PowerSource = plain(PowerSource, "battery")
    nuclear: PowerSource = plain(PowerSource, "nuclear, on site or by contract")


class Phase(Part):
    """The part of a site that comes on as one: one or more buildings. It needs a size: power, chips or buildings."""

    called = "a phase"
    name: Text = plain("", "its name where it has one", example="Building 1")
    about: Text = plain("", "one sentence")
    buildings: Stated = stated("1", "number of buildings; one where left out", example=2)
    it_power: Stated = stated("W", "power at the racks", example="105 MW")
    facility_power: Stated = stated("W", "power at the meter; never below IT power", example="147 MW")
    hardware: Stated = stated(TEXT, "catalogue id of its accelerator; that of the site where left out", example="gb200-nvl72")
    chips: Stated = stated("1", "accelerators", example="50_000")
    capital: Stated = stated("USD", "announced or estimated investment: shown, no input", example="3.4 bn USD")
    milestones: Milestones = plain(Milestones, "dates of its stages")
    facts: dict[str, Stated] = stated(TEXT, "what else the record says, by key", keyed=True)


class Site(Part):
    """A campus with its phases. Sizes of the whole site are what was announced at dates; jobs and capital are shown, no inputs."""

    called = "a site"
    name: Text = plain("", "its name", example="Abilene")
    about: Text = plain("", "one sentence")
    place: Text = plain("", "catalogue id of its place: weather, grid, coordinates", required="whole", example="abilene-tx")
    weather: Text = plain(
        "", "hourly weather file beside this one (EPW, or CSV of TMY3, NSRDB or SAM), in place of its place's", example="site.epw"
    )
    cooling: Text = plain("", "catalogue id of its cooling design", example="closed-loop-chiller")
    retrofit: Stated = stated("1", "1 where existing halls are refitted, 0 where they are built", example=1)
    hardware: Stated = stated(TEXT, "catalogue id of the accelerator of its phases", example="gb200-nvl72")
    observed_through: Date = plain(None, "the day up to which it has been looked at; else the newest observation", example="2026-09-24")
    facility_power: Stated = stated("W", "power at the meter of the whole site", example="1.2 GW")
    it_power: Stated = stated("W", "power at the racks of the whole site", example="843 MW")
    buildings: Stated = stated("1", "buildings of the whole site", example=8)
    chips: Stated = stated("1", "accelerators of the whole site", example="400_000")
    capital: Stated = stated("USD", "announced or estimated investment: shown, no input", example="15 bn USD")
    debt: Stated = stated("USD", "debt of the site", example="9.6 bn USD")
    opex: Stated = stated("USD", "operating cost in a year", example="0.76 bn USD")
    jobs_construction_peak: Stated = stated("job", "most people building at one time: shown, no input", example="6_400 jobs")
    jobs_permanent: Stated = stated("job", "permanent posts: shown, no input", example="357 jobs")
    floor_area: Stated = stated("m2", "floor area", example="4_000_000 sqft")
    land: Stated = stated("m2", "land", example="875 acres")
    water: Stated = stated("L", "water in a year", example="8 million gal")
    milestones: Milestones = plain(Milestones, "dates of the whole site")
    supply: Supply = plain(Supply, "where its power comes from")
    phases: dict[str, Phase] = plain(dict, "its phases, by id")
    facts: dict[str, Stated] = stated(TEXT, "what else the record says, by key", keyed=True)


class Pledge(Part):
    """Capacity or money promised without a site."""

    called = "a pledge"
    about: Text = plain("", "one sentence")
    party: Text = plain("", "id of the party that promised it", example="oracle")
    it_power: Stated = stated("W", "power at the racks", example="4.5 GW")
    facility_power: Stated = stated("W", "power at the meter", example="4.5 GW")
    capital: Stated = stated("USD", "money promised", example="500 bn USD")
    chips: Stated = stated("1", "accelerators", example="2_000_000")
    milestones: PledgeMilestones = plain(PledgeMilestones, "when it was announced, and when it got its sites")
    basis: Text = plain("", "catalogue reference class by which it becomes capacity", required="whole", example="unsited")
    hardware: Stated = stated(TEXT, "catalogue id of its accelerator", example="gb300-nvl72")

    @property
    def buildings(self) -> tuple[Statement, ...]:
        """A pledge has no buildings until it has a site."""
        return ()


class Speaker(Part):
    """Who speaks in claims, as an export of claims names him."""

    called = "a speaker"
    kind: Literal["person", "organisation"] = plain("person", "person or organisation", required="always", example="person")
    same_as: Lines = plain((), "addresses of pages that say who it is", example=["https://en.wikipedia.org/wiki/Sam_Altman"])


class Claim(Part):
    """What somebody said, and the formal ways to understand it."""

    called = "a claim"
    speaker: Text = plain("", "who said it", required="whole", example="White House")
    said: Moment = plain("", "when: a date or a time", required="whole", example="2025-01-21T23:47:45Z")
    says: Text = plain("", "what, in our own words", required="whole")
    source: Text = plain("", "id of the source that has it", required="whole", example="wh-2025-01-21")
    quoting: Text = plain("", "whom the source quotes")
    theirs: Lines = plain((), "what in the readings is theirs")
    ours: Lines = plain((), "what in the readings is our cut-off")
    dispute: int | None = plain(None, "its place in the dispute of January 2025", example=1)
    capture: Capture = plain("", "id of the capture that holds it, or none; left out: that of its source", example="C-17")
    readings: dict[str, Text] = plain(
        dict, "formal readings by name; the first is the claim as said", required="whole",
        example={"as said": "jobs_direct >= 100_000 by 2025-12-31", "secured": "not testable: never defined"},
    )  # fmt: skip

    @property
    def day(self) -> Window:
        """The day on which it was said."""
        return parse_window(self.said)


class Draft(Claim):
    """What may become a claim: read from a text by rules, and no claim until a person has confirmed it and moved it to `claims`."""

    called = "a draft"
    speaker: Text = plain("", "who is said to have said it; empty where the text names nobody", example="Example Company")
    said: Moment = plain("", "when, where it is known", example="2025-01-21")
    says: Text = plain("", "what, in your own words: to be written by the person who confirms it")
    status: Literal["draft"] = plain("draft", "a draft; confirmed ones stand under `claims`", example="draft")
    kind: Text = plain("", "assertion, denial, promise, projection, opinion, accusation, speculation, observation or reported_fact")
    form: Text = plain("", "direct, indirect, mixed, nested, or narrator where the text itself says it", example="indirect")
    quote: Text = plain("", "the words of the text")
    start: int = plain(0, "where they start in the text, in code points", example=0)
    end: int = plain(0, "where they end, in code points", example=10)
    byte_start: int = plain(0, "where they start in the text as UTF-8", example=0)
    byte_end: int = plain(0, "where they end in the text as UTF-8", example=10)
    translated_quote: bool = plain(False, "true where the words are a translation of what was said")
    chain: Lines = plain((), "who passes it on, from the text to the speaker")
    text_sha256: Text = plain("", "SHA-256 of the text in which these places are, as UTF-8")
    relations: Lines = plain((), "how it belongs to other drafts, as far as the words say so: for a person to weigh, never added up")
    found: Lines = plain((), "its quantities and dates, as read, each with its place")
    readings: dict[str, Text] = plain(
        dict, "proposed formal readings by name", example={"as said": "not testable: no deadline is said"},
    )  # fmt: skip


class Assumption(Part):
    """A value that replaces what the record or the catalogue says, with its reason."""

    called = "an assumption"
    value: PlainValue = plain("", "the value, with its unit", required="always", example="1.25..1.35")
    reason: Text = plain("", "why", required="always", example="design of the sister site")

    _path: str = PrivateAttr(default="")

    @property
    def path(self) -> str:
        """Where it stands in its file; empty where it came from none."""
        return self._path

    @model_validator(mode="wrap")
    @classmethod
    def _placed(cls, data: Any, read: ModelWrapValidatorHandler[Assumption]) -> Assumption:
        made = read(data)
        if isinstance(data, Section):
            made._path = written(data.trail)
        return made


class Content(Part):
    """What a programme, an option of an alternative and a scenario may hold."""

    sources: dict[str, SourceEntry] = plain(dict, "where statements come from, by id")
    parties: dict[str, Party] = plain(dict, "who takes part, by id")
    sites: dict[str, Site] = plain(dict, "campuses, by id")
    unsited: dict[str, Pledge] = plain(dict, "what was promised without a site, by id")
    claims: dict[str, Claim] = plain(dict, "what was said, by id")
    records: dict[str, Stated] = stated(RECORD, "measured values by address, facts by id", keyed=True)
    assumptions: dict[str, Assumption] = plain(dict, "values that replace inputs, by input name or address")


class Option(Content):
    """One option of an alternative: a part of a programme that is true in a share of the worlds."""

    called = "an option"
    weight: float = plain(1.0, "its weight against the other options", required="always", example=0.5)
    reason: Text = plain("", "why it may be so")


class Scenario(Content):
    """A named part of a programme, laid over it where asked for: what if it were so. Nothing of it is known, whatever the day."""

    called = "a scenario"
    about: Text = plain("", "what is supposed, in one sentence", required="always", example="chips last three years")
    reason: Text = plain("", "why it may be so", required="always", example="newer chips make the older ones not worth their power")
    price_year: int = plain(0, "another year whose prices money is shown in", example=2025)
    start: Date = plain(None, "another first month of the model's clock", example="2025-01")
    horizon: Date = plain(None, "another last month of the model's clock", example="2034-12")


@dataclass(frozen=True, eq=False)
class Laid:
    """What was laid over a programme: its name and reason as its user gives them, and the programme as it was before."""

    name: str
    reason: str
    before: Programme


class Programme(Shown, Content):
    """Everything announced under one name."""

    called = "the programme"
    name: Text = plain("", "its name", required="whole", example="Stargate")
    about: Text = plain("", "one sentence")
    owner: Text = plain("", "whose earlier plan-to-actual records speak for it, such as meta")
    price_year: int = plain(0, "the year whose prices money is shown in", required="whole", example=2025)
    start: Date = plain(None, "first month of the model's clock", required="whole", example="2025-01")
    horizon: Date = plain(None, "last month of the model's clock, at most 60 years later", required="whole", example="2032-12")
    attribution: Lines = plain((), "attributions its sources ask for")
    currencies: dict[str, Stated] = stated("1", "units of a currency for one USD, at dates, by its code", keyed=True)
    language: Literal["en", "de"] = plain("en", "the language of its own texts", example="en")
    translations: dict[Literal["en", "de"], dict[str, Text]] = plain(
        dict, "its own texts in another language: names of readings, what was said, reasons, ids of records; by the text as it stands here",
        example={"de": {"as said": "dem Wortlaut nach"}},
    )  # fmt: skip
    speakers: dict[str, Speaker] = plain(dict, "who the speakers of its claims are, by the name that a claim gives")
    drafts: dict[str, Draft] = plain(dict, "what may become a claim once a person confirms it, by id; nothing is computed from it")
    alternatives: dict[str, dict[str, Option]] = plain(dict, "contradicting sources side by side: one option is true in a world")
    scenarios: dict[str, Scenario] = plain(dict, "parts of a programme to lay over it by name: what if it were so")

    @classmethod
    def _is_fragment(cls, section: Section) -> bool:
        """A file of drafts holds no programme: it is laid over one, and says nothing of its clock or prices."""
        return "drafts" in section and not ({"sites", UNSITED} & set(section))

    _documents: tuple[Document, ...] = PrivateAttr(default=())
    _supposed: tuple[str, ...] = PrivateAttr(default=())
    _laid: tuple[Laid, ...] = PrivateAttr(default=())

    @property
    def laid(self) -> tuple[Laid, ...]:
        """What was laid over it, in order: scenarios and single inputs, each with the programme as it was before."""
        return self._laid

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files it was read from, those laid over it last."""
        return self._documents

    @property
    def supposed(self) -> tuple[str, ...]:
        """What was laid over it, in order: scenarios by name or file, single inputs as INPUT=VALUE."""
        return self._supposed

    def statements(self) -> Iterator[Statement]:
        """Every statement in it, in the order of the file; alternatives last. What a scenario supposes nobody has stated."""
        return statements_of(self.model_copy(update={"scenarios": {}}) if self.scenarios else self)


def children(part: Part) -> Iterator[tuple[tuple[str, ...], Part]]:
    """The parts directly below a part, each with the keys that lead to it."""
    for name in _unstated(type(part)):
        value = getattr(part, name)
        if isinstance(value, Part):
            yield (name,), value
        elif value and isinstance(value, dict):
            yield from _children_in((name,), value)


@cache
def _unstated(kind: type[Part]) -> tuple[str, ...]:
    """The fields of a kind of part that hold no statements: in these its parts are."""
    return tuple(name for name in kind.model_fields if name not in kind.specs)


def _children_in(keys: tuple[str, ...], value: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Part]]:
    for key, item in value.items():
        if isinstance(item, Part):
            yield (*keys, key), item
        elif isinstance(item, dict):
            yield from _children_in((*keys, key), item)


def fields_of(part: Part) -> Iterator[tuple[tuple[str, ...], str, tuple[Statement, ...]]]:
    """The stated fields of a part that hold something: keys, unit, statements."""
    for name, spec in part.specs.items():
        value = getattr(part, name)
        if not value:
            continue
        if spec.keyed:
            for key, statements in value.items():
                yield (name, key), spec.unit, statements
        else:
            yield (name,), spec.unit, value


def parts_of(part: Part, trail: Trail = ()) -> Iterator[tuple[Trail, Part]]:
    """A part and all parts below it, with their trails."""
    yield trail, part
    for keys, child in children(part):
        yield from parts_of(child, (*trail, *keys))


def statements_of(part: Part) -> Iterator[Statement]:
    """Every statement in a part and below it."""
    for _, below in parts_of(part):
        for _, _, statements in fields_of(below):
            yield from statements
