"""Every word of the audit in one table per language: phrases of quantities, stages, times, statuses and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Phrase:
    """How a quantity is called in a sentence, whether it takes a plural verb, and how it is called at one named site."""

    text: str
    plural: bool = False
    at_one_site: str = ""


@dataclass(frozen=True)
class Messages:
    """One language. Templates are filled by name; a language is complete when it has every key of the English one."""

    months: tuple[str, ...]
    quantities: Mapping[str, Phrase]
    labels: Mapping[str, str]
    operators: Mapping[str, str]
    texts: Mapping[str, str]
    likelihoods: tuple[str, ...]
    reasons: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """A template filled in."""
        return self.texts[key].format(**values)

    def day(self, when: date) -> str:
        """`31 Dec 2025`."""
        return self.texts["day"].format(day=when.day, month=self.months[when.month - 1][:3], year=when.year)

    def month(self, when: date) -> str:
        """`December 2025`."""
        return self.texts["month"].format(month=self.months[when.month - 1], year=when.year)


ENGLISH = Messages(
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    quantities={
        "power_facility": Phrase("facility power"),
        "power_it": Phrase("IT power"),
        "power_facility_promised": Phrase("facility power promised"),
        "power_load": Phrase("average facility load"),
        "power_load_peak": Phrase("peak facility load"),
        "buildings": Phrase("buildings", True),
        "accelerators": Phrase("accelerators installed", True),
        "racks": Phrase("racks installed", True),
        "compute_peak": Phrase("peak computing rate"),
        "compute_h100e": Phrase("computing power in H100 equivalents"),
        "capital_deployed": Phrase("capital deployed"),
        "capital_promised": Phrase("capital promised"),
        "capex": Phrase("capital spending"),
        "opex": Phrase("running cost"),
        "revenue": Phrase("revenue"),
        "funding_available": Phrase("money"),
        "funding_need": Phrase("money needed"),
        "funding_gap": Phrase("money missing"),
        "liquidity": Phrase("liquidity"),
        "debt_balance": Phrase("debt"),
        "equity_pledged": Phrase("equity pledged"),
        "jobs_construction_onsite": Phrase("builders on site at one time", True, "builders on site"),
        "jobs_construction_peak": Phrase("builders at each site's own peak, added up,", True, "builders at the peak"),
        "jobs_construction_years": Phrase("person-years of building", True),
        "jobs_permanent": Phrase("lasting jobs", True),
        "jobs_construction_annual": Phrase("builders on site, mean of twelve months,", True),
        "jobs_construction_peak_so_far": Phrase("builders at each site's peak so far, added up,", True, "builders at the peak so far"),
        "jobs_construction_years_so_far": Phrase("person-years of building so far", True),
        "jobs_direct_years_so_far": Phrase("person-years of building and in lasting jobs so far", True),
        "jobs_total_years_so_far": Phrase("person-years of all kinds so far (direct, suppliers and spending of wages)", True),
        "jobs_with_suppliers": Phrase("jobs on site and with suppliers", True),
        "jobs_total_local": Phrase("jobs in all in the regions of the sites", True),
        "jobs_direct": Phrase("direct jobs (builders on site and lasting jobs)", True),
        "jobs_indirect": Phrase("jobs with suppliers", True),
        "jobs_induced": Phrase("jobs from the spending of wages", True),
        "jobs_total": Phrase("jobs in all (direct, suppliers and spending of wages)", True),
        "emissions": Phrase("emissions", True),
        "water": Phrase("water use"),
    },
    labels={
        "announced": "announced", "contracted": "under contract", "financed": "financed", "under_construction": "under construction",
        "energised": "energised", "operational": "that runs", "operational many": "that run",
        "means cash": "in cash", "means committed": "in cash or committed", "means announced": "in cash, committed or announced",
        "means financeable": "in cash, committed, announced or financeable",
        "site": "at {names}", "party": "of {names}", "line": "of the contract {names}", "lines": "of the contracts {names}",
        "chip": "({names} alone)", "other": "({names})",
        "unsited": "places not named yet", "and": "and", "or": "or",
    },
    operators={
        ">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "exactly",
        "moment >=": "not before", "moment >": "after", "moment <=": "not after", "moment <": "before", "moment ==": "exactly",
    },
    texts={
        "day": "{day} {month} {year}",
        "month": "{month} {year}",
        "state_one": "{subject} is {op} {value}{time}", "state_many": "{subject} are {op} {value}{time}",
        "state_once_one": "{subject} is {op} {value} at some month end{time}",
        "state_once_many": "{subject} are {op} {value} at some month end{time}",
        "reached_one": "{subject} reaches {op} {value}{time}", "reached_many": "{subject} reach {op} {value}{time}",
        "sum_one": "{subject} adds up to {op} {value}{time}", "sum_many": "{subject} add up to {op} {value}{time}",
        "share": "the share of {part} in {whole}",
        "on": " at the end of {month}",
        "by": " by the end of {month}",
        "span": " in the months from {first} to {last}",
        "said_date": " (for {day}: dates are read at the end of their month)",
        "record": "the record says yes to “{id}”{time}",
        "record_not": "the record says no to “{id}”{time}",
        "record_compared": "the recorded value of “{id}” is {op} {value}{time}",
        "record_on": " on {day}", "record_by": " by {day}", "record_over": " from {first} to {last}",
        "not": "it does not hold that {part}",
        "all": ", and ", "any": ", or ", "group": "({part})",
        "cannot_test": "cannot be tested", "cannot_test_because": "cannot be tested: {reason}",
        "not testable": "Not testable", "not_testable_because": "Not testable: {reason}",
        "not_knowable": "Not knowable: no accounts of {names} are public",
        "parts_absent": "Not testable: nothing is known of {names}, and without it the sum is only a lower bound",
        "too_thin": "Record too thin on {day}: {missing} published by then",
        "missing_labels": "nothing about {names}",
        "missing_values": "nothing about {subject}",
        "met": "Met", "not met": "Not met", "partly met": "Partly met",
        "by_day": " by {day}", "on_day": " on {day}", "over_days": " from {first} to {last}",
        "recorded": ": {value} recorded", "recorded_yes": ": on record", "recorded_no": ": the record says otherwise",
        "so_far": ": {value} recorded as of {day}",
        "settled_by_arithmetic": ": {value} computed, no draw differs, and the sites are observed until then",
        "settled_by_figures": ": {value} computed from what is published, and no draw differs",
        "settled_by_all_draws": ": no draw differs",
        "part_recorded": "; on record by then: {value}, {subject}",
        "conflict": ": sources differ ({values})", "conflict_part": "{value}, {source}",
        "silent": "Deadline passed; the record is silent",
        "silent_odds": "; {odds}",
        "no_record": "Not shown: no record",
        "no_capture": "Not shown: no capture",
        "third_parties": "; reported by third parties",
        "odds": "{word} ({percent}{range})", "range": ", model range {low}–{high} %",
        "known_on": ", known on {day}",
        "open": "Open", "open_record": "Open until {day}: {value} on record so far",
        "open_empty": "Open until {day}: nothing on record so far",
        "depends": "Depends on reading: {parts}", "depends_part": "“{name}”: {answer}",
        "below_odds": "A statement about the model and its inputs, not about anyone's honesty.",
        "ours": "Chosen by the editors of this programme file, not by the speaker: {parts}.",
        "together_none": "None of the readings differs between worlds, so none can be told to hold with another",
        "together_one": "Of {count} readings that hold in some worlds and not in others, the most that hold in one are {most} ({share})",
        "together_all": "All {count} readings that hold in some worlds and not in others hold together in {share}",
        "together_share": "{kept} of {made} worlds",
        "together_apart": "; {count} pairs exclude each other though each reading is possible",
        "together_apart_one": "; one pair excludes the other though each reading is possible",
        "together_no_pair": "; no two exclude each other",
        "together_conflicts": ", and {count} sets of three or more",
        "together_claims": ". Of {count} claims still open, {most} hold at once in some reading",
        "at_most_one": "At most one of the two can hold",
        "given": "Given here: taken to hold", "given not to hold": "Given here: taken not to hold",
        "given_that": "Given that {parts} ({share})", "given_and": ", and that ",
        "given_share": "{kept} of {made} worlds, {percent}",
        "given_always": "It holds in every world made, so it changes nothing.",
        "given_few": "Only {kept} worlds are kept of {asked} asked for, so sampling errors are {times} times as wide.",
        "quoting": "{publisher} quoting {origin}", "quoting_unnamed": "{publisher}, a secondary source",
        "under_one": "< 1 %", "over_99": "> 99 %", "percent": "{number} %",
        "yes": "yes", "no": "no",
        "jobs_as_read": "{number} {until}: as likely as not or better as read, by {read}.",
        "jobs_needs": "{number} {until}: as read, {read}; as likely as not or better where what counts is {definitions}.",
        "jobs_none": "{number} {until}: as read, {read}; no definition makes it as likely as not, the likeliest is {best}.",
        "jobs_ratio": "Counted at one time it takes {needed} jobs in all per direct one{published}.",
        "jobs_ratio_beyond": "Counted at one time it would take {needed} jobs in all per direct one{published}: more than any of them.",
        "jobs_published": "; published studies run from {low} to {high}",
        "jobs_passed": "The deadline has passed and the record decides; this is what the model makes of it.",
        "jobs_no_direct": "No direct job is expected by then, so no ratio of jobs in all to direct ones reaches it.",
    },
    likelihoods=(
        "exceptionally unlikely", "very unlikely", "unlikely", "about as likely as not", "likely", "very likely", "virtually certain",
    ),
    reasons={
        "announced": "no announcement of it", "contracted": "no signed contract of it", "financed": "no closed financing of it",
        "under_construction": "no start of work", "energised": "no date of first power", "operational": "no start of operation",
    },
)  # fmt: skip

LANGUAGES: dict[str, Messages] = {"en": ENGLISH}
