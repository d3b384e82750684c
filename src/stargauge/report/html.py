"""One self-contained HTML file: reads offline, without script, on paper and on a phone. Numbers come in; here they are only placed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stargauge.quantity.address import slug
from stargauge.quantity.quantity import STAGES
from stargauge.report.accuracy.accuracy_page import accuracy_page
from stargauge.report.claims.claim_depth import definitions_by_claim, needs_by_reading, together_page
from stargauge.report.claims.definitions import by_definition, spoken_rows
from stargauge.report.claims.odds_chart import events, odds_over_time, odds_table, spoken_odds
from stargauge.report.drawing.canvas import NARROW, ODDS_NARROW, ODDS_WIDE, ROWS_NARROW, ROWS_WIDE, WIDE
from stargauge.report.drawing.charts import divisor, month_day, over_time, peak, scale, spoken
from stargauge.report.drawing.drawing import figure, inlined
from stargauge.report.locale import language, notation, say, speaking, words
from stargauge.report.money.money import money_page
from stargauge.report.money.site_finance import finance_page
from stargauge.report.sites.schedule import schedule_table
from stargauge.report.sites.site_table import sites_section
from stargauge.report.why import lineage
from stargauge.report.why.lineage_chart import lineage_svg, spoken_lineage
from stargauge.report.wording import (
    bare,
    day_text,
    disputed,
    fact_status_text,
    has_odds,
    held_by_record,
    number_text,
    percent,
    percent_range,
    plain_number,
    range_text,
    shape,
    short_sentence,
    stage_text,
    stated_text,
    status_text,
    text_of,
    topic_text,
    value_text,
)

Answer = Mapping[str, Any]

#: The stages that are reached on paper; the others are reached on the ground.
_PAPER = STAGES[:3]
_STAGE_HUES = {"under_construction": "construction"}
#: Groups of claims, by the English titles under which the board is filtered.
_GROUPS = (
    ("Still open", ("open",)),
    ("Decided by the record or by arithmetic", ("not", "partly", "met")),
    ("Depends on the reading", ("part",)),
    ("Not decided by the record", ("none",)),
)


def render_report(answer: Answer) -> str:
    """The report of a `check` answer as one HTML text, in the language of the answer."""
    with speaking(str(answer.get("language") or "en")):
        return _rendered(answer)


def _rendered(answer: Answer) -> str:
    from markupsafe import Markup

    explained = {address: lineage.whole(node) for address, node in (answer.get("lineage") or {}).items()}
    cells = {address: lineage.whole(node) for address, node in (answer.get("cells") or {}).items()} if explained else {}
    pages = environment()
    drawn = drawings(answer)
    style = pages.loader.get_source(pages, "style.css")[0]
    over_time = odds_drawings(answer)
    tables = {
        "schedule": schedule_table(answer.get("schedule")), "funds": money_page(answer.get("funds")),
        "finance": finance_page(answer.get("finance")), "together": together_page(answer.get("together")),
        "accuracy": accuracy_page(answer.get("accuracy")),
    }  # fmt: skip
    page = pages.get_template("report.html.j2").render(
        shared(answer, explained, cells),
        a={**answer, "lineage": explained} if explained else answer,
        style=Markup(style),
        drawn=drawn,
        **tables,
        over_time=over_time,
        sited=sites_section(answer),
        disputed=disputed(answer),
        cells=cells,
        ladder=ladder(answer),
        standing=standing(answer),
        sections=_sections({**answer, **tables, "odds": over_time}, drawn),
        language=language(),
        claim_groups=claim_groups(answer),
        needs=needs_by_reading(answer.get("needs")),
        definitions=definitions_by_claim(answer.get("definitions")),
        claim_ids={claim["id"] for claim in answer.get("claims") or []},
        fact_groups=fact_groups(answer),
    )
    return re.sub(r"(\d) %", "\\1\u00a0%", page)


def environment(folder: str = "") -> Any:
    """The templates of the report with their filters. `folder`: a package whose own templates come first, and may use these."""
    from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

    loader = ChoiceLoader([PackageLoader(package) for package in (folder, "stargauge.report") if package])
    pages = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=ChainableUndefined)
    pages.filters.update(
        shape=lambda status: shape(str(status or "")),
        day=day_text,
        percent=percent,
        percent_range=percent_range,
        value=value_text,
        range=range_text,
        whole=lambda number: words().count(int(number)),
        stated=stated_text,
        text_of=lambda value: text_of(value or None),
        first_up=first_up,
        lead=lead_and_rest,
        web_address=web_address,
        bar=lambda share, width: _pixels(float(share), width),
        first_reading=first_reading,
        held=lambda reading, others=(): held_by_record(reading, *others),
        slug=slug,
        is_input=lineage.is_input,
        bases=lineage.bases,
        kind_text=lineage.kind_text,
        strongest=lineage.strongest,
        others=lineage.others,
        own_note=lineage.own_note,
        formulas=lineage.formulas,
        rests=lineage.rests_text,
        short=short_sentence,
        why_id=why_id,
        in_tag=in_tag,
        topic=topic_text,
        definition_word=definition_word,
        status=status_text,
        fact_status=fact_status_text,
        group_title=group_title,
        sum_readings=lambda claims: sum(len(claim.get("readings") or []) for claim in claims),
    )
    pages.globals.update(_=say, glyph=glyph)
    return pages


def shared(answer: Answer, explained: Mapping[str, Any], cells: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the parts that several sections share need of an answer: sources, captures, where a number or an input is explained."""
    asked_as = str((answer.get("programme") or {}).get("asked_as") or "stargate")
    inputs = lineage.inputs([*explained.values(), *(cells or {}).values()])
    found = {of: f"#{place}" for of, place in places(answer, explained, cells or {}).items()} if explained else {}
    return {
        "sources": answer.get("sources") or {},
        "captures": answer.get("captures") or {},
        "why_link": lambda address: f"#{why_id(address)}" if address in explained else "",
        "leads_to": found.get,
        "pictured": pictures(explained),
        "asks": lambda asked: f"stargauge explain '{asked}'{'' if asked_as == 'stargate' else f' --programme {asked_as}'}",
        "all_inputs": inputs,
        "input_link": lambda node: f"#input-{slug(name)}" if (name := lineage.input_name(node)) in inputs else "",
    }


def why_id(address: Any) -> str:
    """The id of the explanation of a number in a page."""
    return f"why-{slug(str(address))}"


def places(answer: Answer, explained: Iterable[str], cells: Iterable[str]) -> dict[str, str]:
    """Where in the report a number of a table is explained: by address, by the path of its statements, by claim."""
    made = {f"claims.{claim['id']}": f"claim-{claim['id']}" for claim in answer.get("claims") or []}
    made |= {path: f"facts-{slug(path)}" for path in _fact_paths(answer)}
    made |= {address: why_id(address) for address in explained}
    made |= {address: f"cell-{slug(address)}" for address in cells}
    arcs = ((answer.get("funds") or {}).get("circles") or {}).get("arcs")
    return made | ({"money-graph": "money-graph"} if arcs else {})


def _sections(answer: Answer, drawn: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The sections that have something to show: anchor and title, each kept where the answer or a drawing has its key."""
    sections = (
        ("dispute", say("Dispute"), "dispute"), ("glance", say("At a glance"), "said_record_expected"),
        ("power", say("Power"), "capacity"), ("sites", say("Sites"), "sites"), ("schedule", say("Schedule"), "schedule"),
        ("money", say("Money"), "money"), ("parties", say("Who pays"), "funds"), ("finance", say("Finance"), "finance"),
        ("jobs", say("Jobs"), "jobs"), ("odds", say("Odds over time"), "odds"), ("claims", say("Claims"), "claims"),
        ("together", say("Together"), "together"), ("accuracy", say("Accuracy"), "accuracy"), ("facts", say("Facts"), "statements"),
        ("why", say("Why?"), "lineage"),
    )  # fmt: skip
    return [(anchor, title) for anchor, title, key in sections if answer.get(key) or drawn.get(key)]


def group_title(title: str) -> str:
    """The title of a group of claims in the language that is spoken."""
    told = {
        "Still open": say("Still open"), "Decided by the record or by arithmetic": say("Decided by the record or by arithmetic"),
        "Depends on the reading": say("Depends on the reading"), "Not decided by the record": say("Not decided by the record"),
    }  # fmt: skip
    return told.get(title, title)


def definition_word(word: str) -> str:
    """What of a claim's words a column of definitions is about: `power`, or in another language `which megawatt`."""
    return word if language() == "en" else words().texts.get(f"word_{word}", word)


def in_tag(value: Any, tag: str) -> Any:
    """A value, escaped, inside an element, to stand in a sentence."""
    from markupsafe import Markup, escape

    return Markup(f"<{tag}>{escape(value)}</{tag}>")


def first_up(text: Any) -> str:
    """Text with a capital first letter."""
    told = str(text or "")
    return told[:1].upper() + told[1:]


def lead_and_rest(text: str) -> tuple[str, str]:
    """The outcome or the likelihood word that a sentence opens with, and the rest of it."""
    cut = re.search(r"[:;(]|, known|, Wissensstand", text)
    at = len(text[: cut.start()].rstrip()) if cut else len(text)
    return text[:at], text[at:]


def web_address(url: Any) -> str:
    """An address if it is one of the web, else nothing: a programme file must not bring other schemes into a page."""
    return str(url) if re.match(r"https?://[^\s]+$", str(url or ""), re.IGNORECASE) else ""


def first_reading(claim: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reading that stands for a claim in a table: the claim as said."""
    readings = claim.get("readings") or [{}]
    return dict(readings[0])


def _pixels(share: float, width: float) -> float:
    return round(min(1.0, max(0.0, share)) * width, 1)


def glyph(reading: Mapping[str, Any]) -> dict[str, Any] | None:
    """Places on the probability track: now, then, and the cuts of the likelihood words; nothing where there are no odds."""
    then = reading.get("then")
    before = then.get("probability") if isinstance(then, Mapping) else None
    now = reading.get("probability") if has_odds(str(reading.get("status") or "")) else None
    if now is None and before is None:
        return None
    place = [None if value is None else round(4 + _pixels(float(value), 104), 1) for value in (now, before)]
    return {"now": place[0], "then": place[1], "cuts": [round(4 + _pixels(cut, 104), 1) for cut in (0.10, 0.33, 0.66, 0.90)]}


def ladder(answer: Answer) -> list[dict[str, Any]]:
    """The stages with bars on one scale, a possible upper value as an outline; as given, else from the series at the newest evidence."""
    rungs = ((answer.get("lines") or {}).get("capacity") or {}).get("ladder") or _rungs(answer)
    widest = max((float(rung.get("p90") or rung["p50"]) for rung in rungs), default=0.0) or 1.0
    made = []
    for rung in rungs:
        bar = _pixels(float(rung["p50"]) / widest, 298)
        upper = max(0.0, _pixels(float(rung.get("p90") or 0.0) / widest, 298) - bar)
        stage = str(rung["stage"])
        more = {"bar": bar, "upper": round(upper, 1), "name": first_up(stage_text(stage)), "hue": _STAGE_HUES.get(stage, stage)}
        made.append({**rung, **more})
    return made


def _rungs(answer: Answer) -> list[dict[str, Any]]:
    """Each stage's middle draw, where the answer holds the series; all in the unit that suits the largest.

    What is on paper (announced, contracted, financed) as known on the day; what is built at the newest evidence.
    """
    quantities = answer.get("quantities") or {}
    series = {stage: quantities.get(f"power_facility[{stage}]") or {} for stage in STAGES}
    held = {stage: data for stage, data in series.items() if data.get("months")}
    unit_name = scale(held.values())[1]
    on_paper = str(answer.get("as_of") or "")
    at = {stage: at_day(data, on_paper) if stage in _PAPER else at_evidence(data, answer) for stage, data in held.items()}
    rungs = [
        {"stage": stage, "unit": unit_name, "p50": at[stage] / divisor(data, unit_name)}
        for stage, data in held.items()
        if at[stage] is not None
    ]
    return [{**rung, "text": _rung_text(rung, rungs, answer)} for rung in rungs]


def _rung_text(rung: Mapping[str, Any], rungs: Sequence[Mapping[str, Any]], answer: Answer) -> str:
    """What a stage on paper needs told: what has no site, what is only implied by what is built."""
    if rung["stage"] not in _PAPER:
        return ""
    built = max((one for one in rungs if one["stage"] not in _PAPER), key=lambda one: float(one["p50"]), default={"p50": 0.0})
    pledged = _pledged(answer) if rung["stage"] == "announced" else ""
    if pledged:
        return say("of it {power} pledged without a site", power=pledged)
    if not rung["p50"]:
        return say("nothing on record")
    if rung["stage"] == "announced" or rung["p50"] >= built["p50"]:
        return ""
    return say("on record; the {power} built or being built imply more", power=value_text(built))


def _pledged(answer: Answer) -> str:
    """Announced power without a site on the day; empty where there is none."""
    data = (answer.get("quantities") or {}).get("power_facility[announced, unsited]") or {}
    value = at_day(data, str(answer.get("as_of") or "")) if data.get("months") else None
    return value_text({"unit": data["unit"], "p50": value}) if value else ""


def at_evidence(data: Mapping[str, Any], answer: Answer) -> Any:
    """The middle value of a series in the month of the newest evidence; None where it is absent."""
    return at_day(data, str(answer.get("newest_evidence") or answer.get("as_of") or ""))


def at_day(data: Mapping[str, Any], day: str) -> Any:
    """The middle value of a series in the month of a day; None where it is absent."""
    at = next((index for index, month in enumerate(data["months"]) if month_day(month) >= day), -1)
    return data["p50"][at]


def standing(answer: Answer) -> list[dict[str, Any]]:
    """The lines of the money chart at the month of the newest evidence."""
    quantities = answer.get("quantities") or {}
    made = []
    for entry in ((answer.get("lines") or {}).get("money") or {}).get("series") or []:
        data = quantities.get(entry["address"])
        if data and data.get("months"):
            told = {"label": entry.get("label", entry["address"]), "note": entry.get("note"), "unit": data["unit"], "why": entry["address"]}
            made.append({**told, "p50": at_evidence(data, answer)})
    return made


def claim_groups(answer: Answer) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Claims in groups: open, decided, not decided; empty groups left out."""
    claims = answer.get("claims") or []
    groups = [(title, [claim for claim in claims if _group(claim.get("status")) in shapes]) for title, shapes in _GROUPS]
    return [(title, members) for title, members in groups if members]


def _group(status: Any) -> str:
    """The shape of a status, with what is partly met apart from what depends on the reading."""
    return "partly" if str(status).startswith("partly") else shape(status)


def fact_groups(answer: Answer) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """Statements by what they speak about: title, path, the statements."""
    return [(first_up(path.replace(".", ": ")), path, held) for path, held in _fact_paths(answer).items()]


def _fact_paths(answer: Answer) -> dict[str, list[Mapping[str, Any]]]:
    """Statements by the first part of their path, or the first two where these name something."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for statement in answer.get("statements") or []:
        parts = str(statement["path"]).split(".")
        named = len(parts) > 2 and parts[0] in ("sites", "parties", "unsited", "catalogue")
        groups.setdefault(".".join(parts[: 2 if named else 1]), []).append(statement)
    return groups


def drawings(answer: Answer) -> dict[str, dict[str, Any]]:
    """The charts of an answer: two drawings each, the table that holds the same numbers, and that table as CSV."""
    quantities, lines = answer.get("quantities") or {}, answer.get("lines") or {}
    evidence = answer.get("newest_evidence")
    made: dict[str, dict[str, Any]] = {}
    for name in ("capacity", "money"):
        line = lines.get(name)
        if isinstance(line, Mapping) and drawable(line, quantities):
            label = spoken(line, quantities)
            specs = [over_time(line, quantities, evidence, paper) for paper in (WIDE, NARROW)]
            made[name] = figure(name, label, specs, time_table(line, quantities, evidence), line.get("why"))
    jobs = lines.get("jobs")
    if isinstance(jobs, Mapping) and jobs.get("rows"):
        specs = [by_definition(jobs, paper) for paper in (ROWS_WIDE, ROWS_NARROW)]
        made["jobs"] = figure("jobs", spoken_rows(jobs), specs, rows_table(jobs), jobs.get("why"))
    return made


def capacity_drawing(answer: Answer, name: str) -> dict[str, Any] | None:
    """The chart of capacity of an answer under a name of its own; nothing where there is nothing to draw."""
    quantities, line = answer.get("quantities") or {}, (answer.get("lines") or {}).get("capacity")
    if not isinstance(line, Mapping) or not drawable(line, quantities):
        return None
    evidence = answer.get("newest_evidence")
    specs = [over_time(line, quantities, evidence, paper) for paper in (WIDE, NARROW)]
    return figure(name, spoken(line, quantities), specs, time_table(line, quantities, evidence), line.get("why"))


def pictures(explained: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What each explained number is made of, as a wide and a narrow drawing; the narrow one is spoken by the wide one's sentence."""
    from markupsafe import Markup

    made = {}
    for address, node in explained.items():
        name, label = f"made-{slug(address)}", spoken_lineage(node)
        made[address] = Markup(
            inlined(lineage_svg(node), f"{name}-w", label, "w") + inlined(lineage_svg(node, narrow=True), f"{name}-nr", label, "nr")
        )
    return made


def odds_drawings(answer: Answer) -> list[dict[str, Any]]:
    """Odds over time: per reading its drawings, the table with the same numbers, and the numbered events."""
    made = []
    for one in (answer.get("odds") or {}).get("series") or []:
        specs = [odds_over_time(one, paper) for paper in (ODDS_WIDE, ODDS_NARROW)]
        name = f"odds-{slug(one['claim'])}"
        drawn = figure(name, spoken_odds(one), specs, odds_table(one))
        made.append({**drawn, "title": spoken_odds(one), "reading": f"{one['claim']}/{one['reading']}",
                     "sentence": one["sentence"] or one["says"], "events": events(one)})  # fmt: skip
    return made


def drawable(line: Mapping[str, Any], quantities: Mapping[str, Any]) -> bool:
    """Whether a series has months, and a number above zero in one of them: a chart without one would show nothing."""
    held = [quantities.get(entry["address"], {}) for entry in line.get("series") or []]
    return any("months" in data and peak(data) > 0.0 for data in held)


def time_table(line: Mapping[str, Any], quantities: Mapping[str, Any], evidence: str | None) -> dict[str, Any]:
    """The numbers of a chart over time at half-year ends and at the newest evidence, in the unit of the chart.

    `file`: all of its months with all quantiles, as plain numbers under days.
    """
    series = [(entry, quantities[entry["address"]]) for entry in line.get("series") or [] if entry["address"] in quantities]
    unit_name = scale(data for _, data in series)[1]
    unit_told = notation().unit(unit_name)
    head, columns = [say("Month")], []
    for entry, data in series:
        fan = entry.get("role", "fan") == "fan" and data.get("p90")
        for key in ("p10", "p50", "p90") if fan else ("p50",):
            head.append(f"{entry.get('label', entry['address'])}{' ' + key.upper() if fan else ''}, {unit_told}")
            columns.append([number_text(value, divisor(data, unit_name)) for value in data[key]])
    months = [month_day(month) for month in series[0][1]["months"]]
    newest = next((month for month in months if evidence and month >= evidence), None)
    rows = [
        [day_text(month[:7]), *(column[index] for column in columns)]
        for index, month in enumerate(months)
        if month[5:7] in ("06", "12") or month == newest
    ]
    return {"head": head, "rows": rows, "file": _every_month(series, unit_name, months)}


def _every_month(series: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], unit_name: str, months: Sequence[str]) -> dict[str, Any]:
    """Each month's last day with the quantiles of every series, in the unit of the chart."""
    head, columns = ["date"], []
    for entry, data in series:
        for key in ("p10", "p25", "p50", "p75", "p90"):
            if data.get(key):
                head.append(f"{entry.get('label', entry['address'])} {key.upper()}, {unit_name}")
                columns.append([plain_number(value, divisor(data, unit_name)) for value in data[key]])
    return {"head": head, "rows": [[month, *(column[index] for column in columns)] for index, month in enumerate(months)]}


def rows_table(jobs: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a chart by definition."""
    rows = [
        [
            f"{row['label']} ({row['says']})" if row.get("says") else str(row["label"]),
            *(bare(row, key) for key in ("p10", "p50", "p90")),
            "; ".join(str(told.get("text", "")) for told in row.get("stated") or []) or say("no count found"),
        ]
        for row in jobs.get("rows") or []
    ]
    claim = jobs.get("claim") or {}
    if claim.get("value"):
        rows.append(
            [
                str(claim.get("label") or say("Announced")),
                "",
                bare({"unit": "job", **claim}, "value", "value"),
                "",
                str(claim.get("text") or ""),
            ]
        )
    why = [["", *[str(row.get("address") or "")] * 3, ""] for row in jobs.get("rows") or []]
    head = [say("Definition"), "P10", "P50", "P90", say("Counted or stated")]
    levels = [[plain_number(row.get(key)) for key in ("p10", "p50", "p90")] for row in jobs.get("rows") or []]
    plain = [[told[0], *numbers, told[4]] for told, numbers in zip(rows, levels, strict=False)]
    if claim.get("value"):
        plain.append([rows[-1][0], plain_number(claim["value"]), "", "", rows[-1][4]])
    return {"head": head, "rows": rows, "why": why, "file": {"head": head, "rows": plain}}
