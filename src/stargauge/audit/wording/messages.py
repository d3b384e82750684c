"""Every word of the audit in one table per language: phrases of quantities, stages, times, statuses and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from stargauge.audit.jobs.job_definitions import DEFINITIONS
from stargauge.audit.wording.input_names import INPUTS
from stargauge.quantity.units import ENGLISH as ENGLISH_NOTATION
from stargauge.quantity.units import Notation


@dataclass(frozen=True)
class Phrase:
    """How a quantity is called in a sentence, whether it takes a plural verb, and how it is called at one named site.

    `gender`: where the language has genders, that of its first noun: the article that a sentence puts before it hangs on it.
    """

    text: str
    plural: bool = False
    at_one_site: str = ""
    gender: str = ""


@dataclass(frozen=True)
class Messages:
    """One language. Templates are filled by name; a language is complete when it has every key of the English one.

    A template `KEY that` is `KEY` as it stands after "that", for languages in which the verb then comes last; it may be left out.
    `articles`: what comes before a phrase, by where it stands (`subject`, `whole` of a share, `about`) and gender.
    `inputs`: what an input of the model is called. `definitions`: what can be counted as a job, by its quantity.
    """

    months: tuple[str, ...]
    quantities: Mapping[str, Phrase]
    labels: Mapping[str, str]
    operators: Mapping[str, str]
    texts: Mapping[str, str]
    likelihoods: tuple[str, ...]
    reasons: Mapping[str, str]
    notation: Notation = ENGLISH_NOTATION
    short_months: tuple[str, ...] = ()
    articles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """A template filled in."""
        return self.texts[key].format(**values)

    def clause(self, key: str, after_that: bool, **values: object) -> str:
        """A template of a clause filled in, in the order of words that it has alone or after "that"."""
        variant = f"{key} that"
        return self.say(variant if after_that and variant in self.texts else key, **values)

    def count(self, number: int) -> str:
        """A whole number, thousands set apart."""
        return self.notation.number(f"{number:,}")

    def article(self, place: str, phrase: Phrase) -> str:
        """What comes before a phrase where it stands; nothing where the language needs none there."""
        return self.articles.get((place, phrase.gender), "")

    def day(self, when: date) -> str:
        """`31 Dec 2025`."""
        return self.short_date(when.year, when.month, when.day)

    def short_date(self, year: int, month: int, day: int | None = None) -> str:
        """`31 Dec 2025`, or `Dec 2025` without a day."""
        named = self.short_months[month - 1] if self.short_months else self.months[month - 1][:3]
        return self.texts["month" if day is None else "day"].format(day=day, month=named, year=year)

    def moment(self, text: str) -> str:
        """A day, a month, a time or a span of a record, such as `2025-01-22T17:00Z` or `2026-05..2026-08`, as people read it."""
        if ".." in text:
            low, high = (self.moment(part) for part in text.split("..", 1))
            return self.say("between", low=low, high=high)
        day, clock, time = text.partition("T")
        try:
            when = date.fromisoformat(f"{day}-01" if len(day) == len("2025-01") else day)
        except ValueError:
            return text
        if len(day) == len("2025-01"):
            return self.say("record_month", month=self.month(when), iso=day)
        said = self.say("record_day", day=self.day(when), iso=day)
        return self.say("record_time", day=said, time=time.replace("Z", " UTC")) if clock else said

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
        "capital_deployed_real": Phrase("capital deployed, in prices of one year"),
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
        "power_being_built": Phrase("facility power being built at once"),
        "unit_capex_it": Phrase("capital per W of IT power"),
        "construction_overrun": Phrase("final over expected cost of building"),
    },
    labels={
        "announced": "announced", "contracted": "under contract", "financed": "financed", "under_construction": "under construction",
        "energised": "energised", "operational": "that runs", "operational many": "that run",
        "means cash": "in cash", "means committed": "in cash or committed", "means announced": "in cash, committed or announced",
        "means financeable": "in cash, committed, announced or financeable",
        "site": "at {names}", "party": "of {names}", "line": "of the contract {names}", "lines": "of the contracts {names}",
        "chip": "({names} alone)", "other": "({names})",
        "unsited": "places not named yet", "and": "and", "or": "or",
        "phase building": "building", "phase buildings": "buildings", "phase phase": "phase", "phase cluster": "cluster",
        "phase expansion": "expansion", "phase first": "first", "phase second": "second", "phase later": "later", "phase other": "other",
        "phase to": "to", "phase chips": "chips",
    },
    operators={
        ">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "exactly",
        "moment >=": "not before", "moment >": "after", "moment <=": "not after", "moment <": "before", "moment ==": "exactly",
    },
    texts={
        "day": "{day} {month} {year}",
        "month": "{month} {year}",
        "record_day": "{iso}", "record_month": "{iso}", "record_time": "{day} {time}",
        "state_one": "{subject} is {op} {value}{time}{remark}", "state_many": "{subject} are {op} {value}{time}{remark}",
        "state_once_one": "{subject} is {op} {value} at some month end{time}{remark}",
        "state_once_many": "{subject} are {op} {value} at some month end{time}{remark}",
        "reached_one": "{subject} reaches {op} {value}{time}{remark}", "reached_many": "{subject} reach {op} {value}{time}{remark}",
        "sum_one": "{subject} adds up to {op} {value}{time}{remark}", "sum_many": "{subject} add up to {op} {value}{time}{remark}",
        "share": "the share of {part} in {whole}",
        "on": " at the end of {month}",
        "by": " by the end of {month}",
        "span": " in the months from {first} to {last}",
        "said_date": " (for {day}: dates are read at the end of their month)",
        "record": "the record says yes to “{id}”{time}",
        "record_not": "the record says no to “{id}”{time}",
        "record_compared": "the recorded value of “{id}” is {op} {value}{time}",
        "record_moment": "the recorded value of “{id}” is {op} {value}{time}",
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
        "by_day": "by {day}", "on_day": "on {day}", "over_days": "from {first} to {last}",
        "outcome": "{status}", "outcome_when": "{status} {when}",
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
        "moved_settled": "Settled, so nothing moves it. {answer}",
        "moved_unknown": "No number can be given. {answer}",
        "moved_never": "The same in every draw, so nothing moves it.",
        "moved_absent": "Absent in every draw: it does not apply, or nobody said what it rests on.",
        "together_none": "None of the readings differs between worlds, so none can be told to hold with another",
        "together_one": "Of {count} readings that hold in some worlds and not in others, the most that hold in one are {most} ({share})",
        "together_all": "All {count} readings that hold in some worlds and not in others hold together in {share}",
        "together_single": "Only one reading holds in some worlds and not in others: {reading}, in {share}",
        "together_about": "With {reading} at most {most} of the {count} other readings that hold in some worlds and not in others hold in "
        "one world ({share})",
        "together_about_apart": "; {count} of them exclude it", "together_about_apart_one": "; one of them excludes it",
        "together_about_no_pair": "; none of them excludes it",
        "together_fixed": "{reading} holds in every world, so nothing tells what goes with it",
        "together_fixed_not": "{reading} holds in no world, so nothing can hold with it",
        "together_share": "{kept} of {made} worlds",
        "together_apart": "; {count} pairs exclude each other though each reading is possible",
        "together_apart_one": "; two readings exclude each other though each is possible",
        "together_no_pair": "; no two exclude each other",
        "together_conflicts": "; sets of three or more that cannot hold together: {count}",
        "together_claims": ". Of {count} claims still open, {most} hold at once in some reading",
        "at_most_one": "At most one of the two can hold",
        "given": "Given here: taken to hold", "given not to hold": "Given here: taken not to hold",
        "given_that": "Given that {parts} ({share})", "given_and": ", and that ",
        "given_share": "{kept} of {made} worlds, {percent}",
        "given_always": "It holds in every world made, so it changes nothing.",
        "given_few": "Only {kept} worlds are kept of {asked} asked for, so sampling errors are {times} times as wide.",
        "quoting": "{publisher} quoting {origin}", "quoting_unnamed": "{publisher}, a secondary source",
        "under_one": "< 1 %", "over_99": "> 99 %", "percent": "{number} %",
        "yes": "yes", "no": "no", "between": "{low}..{high}", "points": "points", "counted": "{number} {unit}",
        "choice": "which account is right: {name}",
        "also_read": "; also read: {names}", "cutoffs_ours": " (cut-offs ours)", "not_asked": "not asked",
        "only_computed": "computed from what is published", "not_found": "looked for, not found", "missing_phases": "no phase or pledge",
        "between_days": "{low} to {high}", "quarter": "Q{quarter} {year}",
        "none_runs": "None of {said} announced {unit} is known to run", "some_runs": "{runs} of {said} announced {unit} runs",
        "all_runs": "All {said} announced run (an estimate: P10 {low}, P90 {high} {unit})",
        "more_runs": "An estimated {runs} {unit} (P10 {low}, P90 {high}) runs, more than the {said} announced",
        "no_size": "No size was announced by {day}; {running}", "runs": "{size} runs", "nothing_runs": "nothing is known to run",
        "jobs_as_read": "{number} {until}: as likely as not or better as read, by {read}.",
        "jobs_needs": "{number} {until}: as read, {read}; as likely as not or better where what counts is {definitions}.",
        "jobs_none": "{number} {until}: as read, {read}; no definition makes it as likely as not, the likeliest is {best}.",
        "jobs_ratio": "Counted at one time it takes {needed} jobs in all per direct one{published}.",
        "jobs_ratio_beyond": "Counted at one time it would take {needed} jobs in all per direct one{published}: more than any of them.",
        "jobs_published": "; published studies run from {low} to {high}",
        "jobs_passed": "The deadline has passed and the record decides; this is what the model makes of it.",
        "needs_first_under_construction": "work starts on the first building at {site}",
        "needs_first_energised": "the first building at {site} has power", "needs_first_operational": "the first building at {site} runs",
        "needs_complete": "all of {site} runs", "needs_phase_operational": "{phase} at {site} runs",
        "needs_phases_operational": "{phase} at {site} run", "needs_phases_energised": "{phase} at {site} have power",
        "needs_phases_under_construction": "work starts on {phase} at {site}",
        "needs_phase_energised": "{phase} at {site} has power", "needs_phase_under_construction": "work starts on {phase} at {site}",
        "needs_paid": "payment on the contract {line} stops",
        "needs_input": "the {subject}", "needs_option": "“{option}”",
        "needs_then": "{subject} at the end of {month}", "needs_highest": "the most {subject} until {month}",
        "needs_by": "{event} by {last}", "needs_after": "{event} only after {first}", "needs_within": "{event} after {first} and by {last}",
        "needs_least_one": "{subject} is at least {low}", "needs_least_many": "{subject} are at least {low}",
        "needs_most_one": "{subject} is at most {high}", "needs_most_many": "{subject} are at most {high}",
        "needs_between_one": "{subject} is between {low} and {high}", "needs_between_many": "{subject} are between {low} and {high}",
        "needs_and": " and ", "needs_or": " or ",
        "needs_pick": "of the contradicting statements on “{name}” those of {options} hold",
        "needs_pick labour_method": "the work of building is reckoned {options}",
        "needs_pick labour_method by-cost": "by cost and pay",
        "needs_pick labour_method by-workers-per-power": "by workers per power",
        "needs_true": "True in {density} of the worlds in which {conditions}; {coverage} of all worlds in which it holds are such.",
        "needs_at_best": "No set of up to four ranges was found under which it holds in {target}: at best it holds in {density} of the "
        "worlds in which {conditions}; {coverage} of all worlds in which it holds are such.",
        "needs_fails": "It fails in {density} of the worlds in which {conditions}; {coverage} of all worlds in which it fails are such.",
        "needs_fails_at_best": "It fails most where {conditions}: in {density} of these worlds; {coverage} of all worlds in which it fails "
        "are such.",
        "needs_always": "Holds in {held} of {draws} worlds with nothing more being so.",
        "needs_never": "Holds in none of {draws} worlds: none tells what it would need.",
        "needs_few": "Holds in {held} of {draws} worlds: too few to say what they have in common.",
        "needs_nothing": "Holds in {held} of {draws} worlds, and no range of anything that can be said tells more than a tenth of "
        "them from the others.",
        "needs_settled": "{answer}. It is settled: nothing more has to come true.",
        "needs_no_odds": "{answer}. It has no odds, so no worlds in which it holds.",
        "needs_about": "about {density} ({low} to {high} %)", "needs_interval": "{density} ({low} to {high} %)",
        "needs_change_short": "{condition}: it holds in {density} of the worlds that are such, short of {target}, and {mass} of all worlds "
        "are. {record}.",
        "needs_change": "{condition}: it holds in {density} of the worlds that are such, and {mass} of all worlds are. {record}.",
        "needs_unreached": "No single range or choice makes it hold in {target} of the worlds within it.",
        "needs_method": "Ranges are found with PRIM on every other block of the draws and scored on the others: density is the share of "
        "the worlds within the ranges in which the reading holds, coverage the share of the worlds in which it holds that fall within "
        "them, each with an interval of 5 to 95 %. The ranges are rounded before they are scored.",
        "needs_spread": "P10 to P90 in all worlds {low} to {high}",
        "needs_planned": "planned for {month}",
        "needs_default": "default", "needs_stated": "stated", "needs_assumed": "assumed", "needs_designed": "designed",
        "needs_computed": "computed", "needs_choice": "undecided",
        "jobs_no_direct": "No direct job is expected by then, so no ratio of jobs in all to direct ones reaches it.",
        "word_jobs": "which jobs", "word_power": "which megawatt", "word_stage": "how far on", "word_means": "having which money",
        "word_invested": "which money", "word_accelerators": "which accelerators", "word_deadline": "by when", "word_place": "where",
        "word_jobs why": "who counts what as a job differs by more than tenfold: posts, builders, suppliers, spending of wages, or years "
        "of work",
        "word_power why": "a megawatt at the racks is more at the meter, and what is drawn on average is less than what could be drawn",
        "word_stage why": "words such as secured, delivered or being built say only loosely how far a project has come",
        "word_means why": "having money can mean cash alone, or also what was committed, announced or could be borrowed",
        "word_invested why": "invested can mean spent, in money of the day or of the price year, or only pledged or promised",
        "word_accelerators why": "a number of accelerators can mean one generation, any, or computing power counted in H100",
        "word_deadline why": "at once, or no deadline at all, says no date; counted from the day on which it was said",
        "word_place why": "what is promised without a site may be counted or not",
        "any_generation": "any generation", "as_h100": "computing power in H100s",
        "place_everywhere": "everywhere", "place_named": "named sites",
        "defs_some":
            "{some} of {count} claims hold under some definitions of their words, not under others; {plain} cannot be counted two ways.",
        "def_none": "No word of it can be counted two ways here.",
        "def_untold": "Nothing can be said of it under any definition tried; as read, {read}.",
        "def_never": "True under none of {count} definitions tried: the nearest is {best} ({meaning}); as read, {read}.",
        "def_always_met": "True under each of {count} definitions tried; as read, {read}.",
        "def_always_likely": "More likely than not under each of {count} definitions tried; as read, {read}.",
        "def_always_either": "True or more likely than not under each of {count} definitions tried; as read, {read}.",
        "def_only_met": "True only if {conditions} is meant ({hold} of {count} definitions); as read, {read}.",
        "def_only_likely": "More likely than not only if {conditions} is meant ({hold} of {count} definitions); as read, {read}.",
        "def_only_either": "True or more likely than not only if {conditions} is meant ({hold} of {count} definitions); as read, {read}.",
        "def_some_met": "True under {hold} of {count} definitions, and no word alone decides it; as read, {read}.",
        "def_some_likely": "More likely than not under {hold} of {count} definitions, and no word alone decides it; as read, {read}.",
        "def_some_either":
            "True or more likely than not under {hold} of {count} definitions, and no word alone decides it; as read, {read}.",
        "def_of": "“{names}”: {sentence}",
        "def_told": "Of those that can be told, {sentence}",
        "def_left": "Nothing can be said under {count} more.",
        "def_read": "{answer} (“{name}”)", "def_meaning": "{choices} ({word})", "def_more": "{count} more",
        "def_later": "{deadline} or later", "def_but": "anything but {choices}", "by_month": "by {month}", "running": "running",
        "unknown": "unknown", "noun_capital_deployed": "deployed", "noun_jobs_direct": "direct jobs",
        "noun_jobs_total": "jobs of all kinds", "noun_power_facility": "at the meter", "noun_power_it": "at the racks",
        "noun_accelerators": "accelerators", "noun_jobs_permanent": "permanent jobs", "noun_jobs_construction_onsite": "builders on site",
        "noun_jobs_construction_peak": "builders (site peaks added up)", "noun_buildings": "buildings", "noun_buildings one": "building",
        "noun_capital_promised": "promised", "noun_equity_pledged": "of equity pledged", "noun_revenue": "revenue",
        "noun_funding_available": "at hand", "short": "{amount} {noun}{where}{when}", "short_at": " at {places}",
        "short_by": " by {month}", "short_on": " on {month}", "builders_at_peak": "builders at the peak", "told_at": "{amount} at {site}",
        "told_at_sites": "{amount} at {some} of {all} sites", "glance_announced": "{size} announced",
        "glance_estimated": "{size}, estimated", "glance_none": "none known",
        "glance_computed": "{value}, computed", "count_reported": "{count} reported at {site}", "glance_direct": "direct {month}",
        "capacity_text": "{span} at the meter at the end of {month}, announced: {said} at named sites{apart}; {running} {seen}.",
        "capacity_apart": " and {size} pledged without a site", "capacity_seen": "at the newest evidence ({day})",
        "capacity_unseen": "and nobody has looked yet", "capacity_title": "Power by stage",
        "capacity_sub": "Facility power (at the meter), month ends; bands P10 to P90 and P25 to P75.",
        "capacity_newest": "Newest evidence {day}.", "capacity_none": "No evidence: nobody has looked yet.",
        "line_promised": "Promised by date", "line_building": "Under construction", "line_operational": "Operational",
        "line_need": "Need", "line_have": "Cash and committed", "line_gap": "Gap, by party",
        "line_gap_note": "what one holds does not fill what another lacks", "line_claimed": "claimed",
        "names_others": "{names} and {count} others", "money_without": "not knowable for {names}",
        "money_text": "{span} deployed by the end of {month}, chips included{told}{held}", "money_told": " (announced: {told})",
        "money_gap": "; the parties owe {need} by then, to sites and to one another, and {gap} of it has neither cash nor committed "
        "money behind it{without}.",
        "money_gap_unknown": "; the parties owe {need} by then, to sites and to one another; what of it lacks cover cannot be told"
        "{without}.",
        "money_unknown": "; what the parties hold is not knowable from what is published.",
        "money_title": "What the parties owe, what they hold, and what is missing",
        "money_sub": "Cumulative, money of the day. What parties owe one another counts on both sides; the gap is added up party by "
        "party.",
        "count_jobs_construction_peak": "Building, peak",
        "count_jobs_construction_peak says": "heads building at one time, each site's own peak, added up: no one moment",
        "count_jobs_permanent": "Permanent", "count_jobs_permanent says": "posts at the sites for what runs",
        "count_jobs_direct": "Direct", "count_jobs_direct says": "heads building plus permanent posts", "count_jobs_total": "All kinds",
        "count_jobs_total says": "direct, suppliers and what they spend: published multipliers, gross",
        "jobs_text": "{direct} direct at the end of {month}, {total} with suppliers and spending; site peaks of builders add to "
        "{peak}{told}.",
        "jobs_told": "; announced: {told}", "jobs_title": "What counts as a job decides the answer",
        "jobs_sub": "One row per definition, never added up; P10 to P90.",
        "claimless": "This programme file holds no claims, so there is nothing to judge.",
        "no_claims": "No claim had been made by then, so there is nothing to judge.",
        "sources_none": "No verdict of {count} hangs on one source alone; sources left out in turn: {sources}.",
        "sources_some": "{hanging} of {count} verdicts hang on one source: without it their outcome is another.",
        "sources_one": "1 verdict of {count} hangs on one source: without it its outcome is another.",
        "sources_most": "On none more than on {publisher} (grade {grade}), which decides {most}.",
        "sources_seconded": "Of {cases} cases in which leaving out one source changes a verdict, in {seconded} an independent second "
        "source says the same as it.",
        "sources_alone": "For no source on which a verdict hangs does an independent second one say all the same.",
        "sources_untestable": "{count} readings cannot be tested (opinions among them), so no source decides them.",
        "sources_untestable_one": "1 reading cannot be tested, so no source decides it.",
        "sources_untestable_only": "It cannot be tested, so no source decides it.",
        "source_nothing": "no phase or pledge is left, so nothing can be run without it",
        "source_alone": "cannot be run without it: nobody else gives {values}",
        "brief_met": "met", "brief_not met": "not met", "brief_partly met": "partly met", "brief_not testable": "not testable",
        "brief_record too thin": "record too thin", "brief_open": "open", "brief_passed, record silent": "passed, record silent",
        "brief_not shown: no record": "not shown: no record", "brief_not shown: no capture": "not shown: no capture",
        "brief_given": "given", "brief_given not to hold": "given not to hold",
    },
    likelihoods=(
        "exceptionally unlikely", "very unlikely", "unlikely", "about as likely as not", "likely", "very likely", "virtually certain",
    ),
    reasons={
        "announced": "no announcement of it", "contracted": "no signed contract of it", "financed": "no closed financing of it",
        "under_construction": "no start of work", "energised": "no date of first power", "operational": "no start of operation",
    },
    inputs={name: text for name, (text, _) in INPUTS.items()},
    definitions={one.name: one.label for one in DEFINITIONS},
)  # fmt: skip
