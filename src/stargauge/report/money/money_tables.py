"""Tables on who pays, when, and whether the money is there: one for each question, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stargauge.programme.schema import COMMITMENT_STAGES
from stargauge.quantity.quantity import MEANS
from stargauge.report.locale import say
from stargauge.report.wording import counted, day_text, fact_status_text, percent, show

#: The scale of every column of money, and below what an amount shows as nothing.
_BN, _LEAST = 1e9, 1e6


@dataclass(frozen=True)
class Table:
    """A table: what it is about, what it finds, column titles (with their widths in a terminal), rows, and what a reader should know.

    `why`: where the report explains each cell: an address, the path of statements, or nothing.
    """

    name: str
    title: str
    finding: str
    columns: tuple[tuple[str, int, str], ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    why: tuple[tuple[str, ...], ...] = ()

    @property
    def head(self) -> list[str]:
        """The titles of the columns."""
        return [title for title, _, _ in self.columns]


def bn(value: float | None) -> str:
    """An amount in bn; a dash where there is none."""
    return "–" if value is None else show(value, "USD", _BN).replace(" USD", "") if abs(value) >= _LEAST else "0"


def tables(data: Mapping[str, Any]) -> list[Table]:
    """Every table that has something to show, in order."""
    made = [
        _dispute(data), _ladder(data), _gaps(data), _policies(data), _round(data), _knock_on(data), _depends(data), _outside(data),
        _apart(data),
    ]  # fmt: skip
    return [one for one in made if one is not None]


def party_name(data: Mapping[str, Any], party: str) -> str:
    """What a party is called; its id where it has no name."""
    return str(data["names"].get(party, party))


def listed(names: Sequence[str]) -> str:
    """Names as a list in words: `A, B and C`."""
    if len(names) < 2:
        return "".join(names)
    return say("{several} and {last}", several=", ".join(names[:-1]), last=names[-1])


def _dispute(data: Mapping[str, Any]) -> Table | None:
    if not data["dispute"]:
        return None
    rows, why = list[tuple[str, ...]](), list[tuple[str, ...]]()
    for one in data["dispute"]:
        together = say("All together, at least") if one["lower_bound"] else say("All together")
        rows.append((together, bn(one["amount"]), *(percent(one["group"][means]["probability"]) for means in MEANS)))
        rows.append(
            (
                f"   {say('missing of {amount}, P50', amount=bn(one['amount']))}",
                "–",
                *(bn(one["missing"][means]["p50"]) for means in MEANS),
            )
        )
        why += [(), ()]
        for row in one["parties"]:
            why.append(("", "", *(f"funding_available[{means}, {row['party']}]" for means in MEANS)) if row["knowable"] else ())
            name = f"   {party_name(data, row['party'])}"
            if row["old"]:
                name = f"   {say('{party} (cash of {day})', party=party_name(data, row['party']), day=day_text(row['cash_stated']))}"
            if row["knowable"]:
                rows.append((name, bn(row["needed"]), *(percent(row["means"][means]["probability"]) for means in MEANS)))
            else:
                rows.append((f"{name}: {say('not knowable, it would take')}", bn(row["needed"]), "–", "–", "–", "–"))
    columns = (
        (say("Whose"), 27, "w"), ("USD", 8, "r"), (say("Cash"), 8, "r"), (say("Firm"), 8, "r"), (say("Announced"), 9, "r"),
        (say("Borrowed"), 8, "r"),
    )  # fmt: skip
    note = say(
        "Per cent of worlds in which the sum is there. Cash: liquid means as stated at the newest date before. Firm: cash, and what is "
        "signed and not in that cash yet. Of each party: its part of what they pledged (equal parts where no pledge is known)."
    )
    note = " ".join([note, *_counted_once(data), *_old_cash(data), *_ahead(data), *_already_paid(data)])
    return Table("there", say("Is the money there on {day}?", day=day_text(data["date"])), "", columns, tuple(rows), note, tuple(why))


def _counted_once(data: Mapping[str, Any]) -> list[str]:
    """What parties of the group have from one another, so that their parts do not add up to the whole."""
    owed = data["dispute"][0]["within"]["announced"]["p50"] or 0.0
    if owed < _LEAST:
        return []
    return [say("Together: without {amount} USD that these parties have from one another, which counts once.", amount=bn(owed))]


def _ahead(data: Mapping[str, Any]) -> list[str]:
    """That a day ahead is answered with the means known now."""
    if data["date"] <= data["as_of"]:
        return []
    return [
        say(
            "The day is ahead: these are the means known now, as if nothing were earned or spent until then; paths over time are further "
            "down."
        )
    ]


def _old_cash(data: Mapping[str, Any]) -> list[str]:
    """Whose newest cash is old, and what that leaves out."""
    old = [row for row in data["dispute"][0]["parties"] if row["old"]]
    named = [f"{party_name(data, row['party'])} ({day_text(row['cash_stated'])})" for row in old]
    if not named:
        return []
    told = say(
        "Cash stated more than a year before the day asked for, so what was earned and spent since is not in it: {parties}.",
        parties=listed(named),
    )
    return [told]


def _already_paid(data: Mapping[str, Any]) -> list[str]:
    """Firm lines of which nobody said when they were paid: they may stand in the cash of who gets them."""
    told = [
        say(
            "{amount} USD from {payer} to {payee} (cash of {day})",
            amount=bn(one["amount"]),
            payer=party_name(data, one["from"]),
            payee=party_name(data, one["to"]),
            day=day_text(one["cash_stated"]),
        )
        for one in data["assumed"]
        if one["amount"]
    ]
    if not told:
        return []
    return [
        say(
            "Nobody said when this was paid: {payments}. How much of it stands in that cash already is an assumption of ours, anything "
            "from nothing to all, so that it counts once.",
            payments=listed(told),
        )
    ]


def _ladder(data: Mapping[str, Any]) -> Table | None:
    told = [one for one in data["ladder"] if any(one["pays"].values()) or one["without_amount"]]
    rows = [
        (party_name(data, one["party"]), *(bn(one["pays"][stage]) for stage in COMMITMENT_STAGES), str(one["without_amount"] or "–"))
        for one in told
    ]
    why = tuple(("", *[f"parties.{one['party']}"] * len(COMMITMENT_STAGES)) for one in told)
    if not rows:
        return None
    widths = (
        (say("Party"), 27, "w"),
        (say("Announced"), 9, "r"),
        (say("Committed"), 9, "r"),
        (say("Available"), 9, "r"),
        (say("Drawn"), 7, "r"),
        (say("No sum"), 6, "r"),
    )
    note = say(
        "Equity, debt, prepayments and sales of assets, as stated; each stage holds those after it. No sum: promises without an amount."
    )
    return Table("ladder", say("What each party promised, by how far it came (USD)"), "", widths, tuple(rows), note, why)


def _gaps(data: Mapping[str, Any]) -> Table | None:
    rows = [
        (party_name(data, one["party"]), *((bn(one["means"][means]["p50"]) for means in MEANS) if one["knowable"] else ("–",) * 4),
         percent(one["chance"]["committed"]) if one["knowable"] else "–", bn(one["cash_needed"]["p50"]))
        for one in data["gaps"]
    ]  # fmt: skip
    if not rows:
        return None
    columns = (
        (say("Party"), 21, "w"), (say("Cash"), 8, "r"), (say("Firm"), 8, "r"), (say("Announced"), 9, "r"), (say("Borrowed"), 8, "r"),
        (say("Chance"), 6, "r"), (say("It takes"), 8, "r"),
    )  # fmt: skip
    note = say(
        "The most that is lacking by then, P50 in USD; the last but one with firm money: how likely any gap is. Up to Announced without "
        "sources that nobody announced; Borrowed with them. It takes: cash to bring what it owes the sites and other parties beyond firm "
        "money from others; all there is to say of a party whose means are not knowable, or not in the record (–)."
    )
    why = tuple(
        ("", *(f"funding_gap_by_means[{means}, {one['party']}]" for means in MEANS), f"funding_gap_by_means[committed, {one['party']}]",
         f"cash_needed[{one['party']}]")
        for one in data["gaps"]
    )  # fmt: skip
    return Table("gaps", say("What is lacking by {day}", day=day_text(data["until"])), "", columns, tuple(rows), note, why)


def all_parties(rows: Sequence[Any]) -> str:
    """How many parties there are, those that only receive among them."""
    return say("one party") if len(rows) == 1 else say("all {count} parties, those that only receive included", count=len(rows))


def _policies(data: Mapping[str, Any]) -> Table | None:
    rows = [
        (f"{party_name(data, one['party'])}: {_policy(one)}", day_text(one["cash_stated"]), bn(one["room"]["p50"]),
         percent(one["probability"]), _breach(one["first"], data["as_of"]))
        for one in data["covenants"]
    ]  # fmt: skip
    if not rows:
        return None
    columns = (
        (say("Party and its policy"), 26, "w"), (say("Cash of"), 11, "w"), (say("Room"), 9, "r"), (say("Breach"), 6, "r"),
        (say("First breach"), 20, "w"),
    )  # fmt: skip
    note = say(
        "Room on {day}, P50 in USD. Breach: by {until}. First breach: P50 (P10 to P90).", day=day_text(data["date"]),
        until=day_text(data["until"]),
    )  # fmt: skip
    if any(_past(one["first"], data["as_of"]) for one in data["covenants"]):
        later = say("A date before {day} is the model's, from what was published by then: no report says so.", day=day_text(data["as_of"]))
        note = f"{note} {later}"
    why = tuple(
        ("", f"parties.{one['party']}", f"policy_headroom[{one['party']}]", *[f"first_breach[{one['party']}]"] * 2)
        for one in data["covenants"]
    )
    return Table("policies", say("Each party's own policy, and when it is first broken"), "", columns, tuple(rows), note, why)


def _policy(one: Mapping[str, Any]) -> str:
    parts = []
    if one["ceiling"] is not None:
        parts.append(say("debt at most {share} of holdings", share=percent(one["ceiling"])))
    if one["floor"]:
        parts.append(say("cash at least {amount}", amount=show(one["floor"], "USD")))
    else:
        parts.append(say("cash at least 0, as it states no floor in figures"))
    return ", ".join(parts)


def _past(span: Mapping[str, Any], as_of: str) -> bool:
    """Whether the middle of a date lies before the knowledge date."""
    return bool(span["p50"]) and str(span["p50"]) < as_of


def _breach(span: Mapping[str, Any], as_of: str) -> str:
    """When a policy is first broken; one that the model has broken by the knowledge date is told as that, not as a forecast."""
    return say("by the model already broken: {when}", when=_first(span)) if _past(span, as_of) else _first(span)


def _first(span: Mapping[str, Any]) -> str:
    low, middle, high = (day_text(span[name][:7]) if span[name] else say("never") for name in ("p10", "p50", "p90"))
    return middle if low == high else say("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def _round(data: Mapping[str, Any]) -> Table | None:
    circles = data["circles"]
    if not circles["arcs"]:
        return None
    told = [
        f"{' → '.join(party_name(data, party) for party in [*one['parties'], one['parties'][0]])}: {show(one['amount'], 'USD')}"
        for one in circles["announced"]["cycles"]
    ]
    firm = show(circles["committed"]["goes_round"], "USD")
    finding = say("{circles}. Firm of it: {amount}.", circles="; ".join(told), amount=firm) if told else say("Nothing goes round.")
    shares = {one["party"]: one["share"] for one in circles["committed"]["parties"]}
    rows = tuple(
        (party_name(data, one["party"]), bn(one["pays"]), bn(one["gets"]), percent(one["share"]) if one["share"] else "0 %",
         percent(shares[one["party"]]) if shares.get(one["party"]) else "0 %")
        for one in circles["announced"]["parties"]
    )  # fmt: skip
    columns = (
        (say("Party"), 30, "w"), (say("Promised"), 9, "r"), (say("To get"), 9, "r"), (say("Comes back"), 10, "r"),
        (say("Firm only"), 9, "r"),
    )  # fmt: skip
    note = say(
        "Promises between parties over their whole term, as arcs of a graph. Comes back: the largest part that can go round, of what it "
        "promised. Different in kind: equity, rent and purchases. Without an amount, so left out: {number}.",
        number=circles["without_amount"],
    )
    why = tuple(("", *["money-graph"] * 4) for _ in rows)
    return Table("round", say("Money that goes round"), finding, columns, rows, note, why)


def _knock_on(data: Mapping[str, Any]) -> Table | None:
    asked = data["contagion"]
    if asked is None:
        return None
    rows = tuple(
        (party_name(data, one["party"]), percent(one["before"]), percent(one["after"]),
         _short(one["first_before"]), _short(one["first_after"]), bn(one["change"]["p50"]))
        for one in asked["rows"]
    )  # fmt: skip
    columns = (
        (say("Party"), 23, "w"), (say("Before"), 7, "r"), (say("After"), 7, "r"), (say("First before"), 12, "r"),
        (say("First after"), 12, "r"), (say("Cash"), 9, "r"),
    )  # fmt: skip
    told = {"party": party_name(data, asked["party"]), "day": day_text(asked["from"])}
    if asked["share"] == 0.0:
        title = say("If {party} pays nothing from {day}: who breaks when", **told)
    elif asked["share"] == 1.0:
        title = say("If {party} pays all from {day}: who breaks when", **told)
    else:
        title = say("If {party} pays {share} of what it promised from {day}: who breaks when", share=percent(asked["share"]), **told)
    note = say(
        "Breach by {day}, and the first month, P50. Cash: change of its cash on that day, P50 in USD.", day=day_text(data["until"])
    )  # fmt: skip
    return Table("knock-on", title, _reach(data), columns, rows, " ".join([note, *_not_marked_down(data)]))


def _reach(data: Mapping[str, Any]) -> str:
    """What the calculation of who breaks does not see."""
    asked = data["contagion"]
    name, parts = party_name(data, asked["party"]), [say("Only promises to parties with accounts are followed here.")]
    if asked["outside"]:
        outside = counted(len(asked["outside"]), "promise")
        parts.append(say("Outside it: {promises} of {party}, listed below.", promises=outside, party=name))
    if asked["not_knowable"]:
        silent = listed([party_name(data, party) for party in asked["not_knowable"]])
        parts.append(
            say(
                "Without accounts here, who gets its money or built or lent where it pays: {names}. Nothing can be said of them.",
                names=silent,
            )
        )
    return " ".join(parts)


def _not_marked_down(data: Mapping[str, Any]) -> list[str]:
    asked = data["contagion"]
    holders = listed([party_name(data, party) for party in asked["not_marked_down"]])
    party = party_name(data, asked["party"])
    if not holders:
        return [say("Holdings in {party} are not marked down.", party=party)]
    return [
        say(
            "Holdings in {party} are not marked down; the room of {holders} by a ceiling on debt counts them at full value.", party=party,
            holders=holders,
        )
    ]  # fmt: skip


def _depends(data: Mapping[str, Any]) -> Table | None:
    asked = data["contagion"]
    if asked is None or not asked["sites"]:
        return None
    name = party_name(data, asked["party"])
    rows = tuple(
        (str(one["site"]), percent(one["rent"]) if one["rent"] else "–", percent(one["computing"]) if one["computing"] else "–",
         bn(one["debt"]) if one["debt"] else "–")
        for one in asked["sites"]
    )  # fmt: skip
    told = []
    rents, contracts = (sum(bool(one[part]) for one in asked["sites"]) for part in ("rent", "computing"))
    if rents:
        told.append(say("the rent of the building at {some} of {all} sites", some=rents, all=data["sites"]))
    if contracts:
        told.append(say("the contract for computing at {some} of {all} sites", some=contracts, all=data["sites"]))
    finding = say(
        "{party} pays {what}; where it pays all of it, nothing under contract is left there to serve a loan.", party=name,
        what=listed(told),
    )  # fmt: skip
    columns = ((say("Site"), 24, "w"), (say("Rent"), 10, "r"), (say("Computing"), 10, "r"), (say("Loans stated"), 12, "r"))
    note = say(
        "Part of the secured income of a site that it pays, by power under contract at equal prices, mean: rent under leases of the "
        "building, and payments under contracts for computing. Loans: as stated, USD; – where no amount is."
    )
    return Table("depends", say("Sites that {party} pays for", party=name), finding, columns, rows, note)


def _outside(data: Mapping[str, Any]) -> Table | None:
    asked = data["contagion"]
    if asked is None or not asked["outside"]:
        return None
    rows = tuple(
        (
            say("{kind} to {payee}", kind=kind_text(one["kind"]), payee=_place(data, one)),
            bn(one["amount"]) if one["amount"] else say("not stated"),
            one["why"],
        )
        for one in asked["outside"]
    )
    columns = ((say("Promise"), 32, "w"), ("USD", 10, "r"), (say("Why it is outside"), 32, "w"))
    title = say("Promises of {party} that the calculation of who breaks leaves out", party=party_name(data, asked["party"]))
    return Table("outside", title, "", columns, rows, say("Whether they are paid or not moves nobody's cash above."))


def _short(span: Mapping[str, Any]) -> str:
    return day_text(span["p50"][:7]) if span["p50"] else say("never")


def kind_text(kind: str) -> str:
    """What a promise is, in the language that is spoken."""
    told = {
        "equity": say("equity"), "loan": say("loan"), "lease": say("lease"), "cloud_contract": say("cloud contract"),
        "vendor": say("vendor"), "purchase": say("purchase"), "deferred_equity": say("deferred equity"), "preferred": say("preferred"),
        "bridge": say("bridge"), "bond": say("bond"), "delayed_draw_loan": say("delayed draw loan"), "margin_loan": say("margin loan"),
        "finance_lease": say("finance lease"), "prepayment": say("prepayment"), "customer_chips": say("customer chips"),
        "asset_sale": say("asset sale"), "warrant": say("warrant"),
    }  # fmt: skip
    return told.get(kind, kind.replace("_", " "))


def _place(data: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    return say("the programme") if one["to_kind"] == "programme" else party_name(data, one["to"])


def _apart(data: Mapping[str, Any]) -> Table | None:
    rows = tuple(
        (party_name(data, one["party"]), bn(one["amount"]), f"{fact_status_text(one['status'])}, {say(one['basis'])}; {one['note']}")
        for one in data["apart"]
    )
    if not rows:
        return None
    columns = ((say("Party"), 22, "w"), ("USD", 8, "r"), (say("What it is"), 46, "w"))
    why = tuple(("", f"parties.{one['party']}", "") for one in data["apart"])
    title = say("Kept apart: spending of parties that fund nothing here")
    return Table("apart", title, "", columns, rows, say("In no sum above."), why)
