"""What was said: the board of claims, one claim, and what hangs on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stargauge.quantity.address import slug
from stargauge.web.routes import page
from stargauge.web.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping


@page("/p/{programme}/claims", asks=("status", "speaker"))
def claims(view: View, status: str, speaker: str) -> str:
    """Every claim with its outcome, its odds now and then, and by how much it is off; by status or speaker on demand."""
    from stargauge.report.html import claim_groups

    answer = view.answer
    groups = claim_groups(answer)
    wanted = [one for one in answer["claims"] if speaker in ("", one["speaker"])]
    shown = [(title, members) for title, members in claim_groups({**answer, "claims": wanted}) if status in ("", slug(title))]
    speakers = list(dict.fromkeys(one["speaker"] for one in answer["claims"]))
    return view.render(
        "claim_board.html.j2", a=answer, groups=groups, shown=shown, speakers=speakers, status=status, speaker=speaker,
        telling=_telling, count=len(answer["claims"]), by_title={slug(title): len(members) for title, members in groups},
        filtered=lambda **more: view.linked(view.link("claims"), {"status": status, "speaker": speaker, **more}),
    )  # fmt: skip


def _telling(claim: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reading that stands for a claim on the board: as said where that has odds, else the first that has some, else as said."""
    from stargauge.report.html import glyph

    readings: list[Mapping[str, Any]] = claim["readings"]
    return next((one for one in readings if glyph(one)), readings[0])


@page("/p/{programme}/claims-together")
def together(view: View) -> str:
    """Which readings can hold in the same world, as a matrix."""
    from stargauge.report.claims.claim_depth import together_page

    data = _together(view)
    made = together_page(data)
    if made:
        made = {**made, "figure": view.enter(made["figure"])}
    return view.render("claim_part.html.j2", part="claims_together.html.j2", together=made, data=data, claim=None)


def _together(view: View) -> dict[str, Any]:
    from stargauge import api

    return view.kept("together", lambda: api.together(view.programme, **view.run, language=view.asked.language).to_dict())  # type: ignore[no-any-return]


@page("/p/{programme}/claims-by-source")
def by_source(view: View) -> str:
    """Which source carries which verdicts: each left out in turn."""
    from stargauge import api
    from stargauge.report.why.sources_page import sources_page

    run = {key: value for key, value in view.run.items() if key != "given"}
    data = view.kept("sources", lambda: api.sources(view.programme, **run).to_dict())
    return view.render("claim_part.html.j2", part="claims_by_source.html.j2", found=sources_page(data), claim=None)


# -- one claim -----------------------------------------------------------------------------------------------------------------------


@page("/p/{programme}/claims/{claim}")
def claim(view: View, claim: str) -> str:
    """One claim: who said what, how it can be read, what the record and the model make of each reading."""
    said = view.claim(claim)
    if said.day.start > view.asked.day:
        return view.render("claim_not_yet.html.j2", claim=claim, said=said, day=said.day.start)
    answer = view.answer
    found = next(one for one in answer["claims"] if one["id"] == claim)
    source = answer["sources"].get(found["source"]) or {}
    return view.render(
        "claim.html.j2", a=answer, claim=found, said=said, source_of=source, testable=[one for one in found["readings"] if _testable(one)],
        with_odds=[one for one in found["readings"] if one["probability"] is not None and one["status"] == "open"],
        conditions={f"{claim}/{one['name']}" for one in found["readings"]} & set(view.asked.given),
    )  # fmt: skip


def _testable(reading: Mapping[str, Any]) -> bool:
    return bool(reading["status"] != "not testable")


def _part(view: View, claim: str, part: str, **parts: Any) -> str:
    """One part of the page of a claim, alone or to stand in it. `texts`: names of readings in the reader's language."""
    from stargauge.audit.run import texts_of

    texts = texts_of(view.programme, view.asked.language)
    return view.render("claim_part.html.j2", part=part, claim=claim, said=view.claim(claim), texts=texts, **parts)


@page("/p/{programme}/claims/{claim}/over-time")
def over_time(view: View, claim: str) -> str:
    """The odds of a claim's readings on each day since it was made."""
    return _over_time(view, claim, movers=False)


@page("/p/{programme}/claims/{claim}/moved")
def moved(view: View, claim: str) -> str:
    """The same with what moved them: which statements, each left out alone."""
    return _over_time(view, claim, movers=True)


def _over_time(view: View, claim: str, movers: bool) -> str:
    from stargauge.report.claims.odds_chart import events, odds_over_time, odds_table, spoken_odds
    from stargauge.report.drawing.canvas import ODDS_NARROW, ODDS_WIDE

    view.claim(claim)
    data = view.odds(claim, movers).to_dict()
    drawn, still = [], []
    for one in data["series"]:
        if not any(point["probability"] is not None for point in one["points"]):
            still.append(one)
            continue
        name = f"odds-{slug(one['reading'])}"
        specs = [odds_over_time(one, paper) for paper in (ODDS_WIDE, ODDS_NARROW)]
        figure = view.draw(name, spoken_odds(one), specs, odds_table(one), f"{claim}/{one['reading']}")
        drawn.append({"series": one, "title": spoken_odds(one), "figure": figure, "events": events(one)})
    return _part(view, claim, "claim_over_time.html.j2", drawn=drawn, still=still, data=data, movers=movers)


@page("/p/{programme}/claims/{claim}/drivers")
def drivers(view: View, claim: str) -> str:
    """Which inputs move each reading, and the odds at their ends."""
    from stargauge import api
    from stargauge.report.why.drivers import headline_of
    from stargauge.report.why.drivers_chart import DRIVERS_NARROW, DRIVERS_WIDE, drawn, drivers_table, odds_by_input, spoken_drivers

    view.claim(claim)
    data = view.kept("drivers", lambda: api.drivers(view.programme, claim, **view.run, language=view.asked.language).to_dict(), claim)
    rows = []
    for one in data["rows"]:
        made = {**one, "reading": one["name"].partition("/")[2], "title": "", "figure": None, "table": None}
        if one["moved"]:
            made |= {"title": headline_of(one), "table": drivers_table(one)}
            if held := drawn(one):
                specs = [odds_by_input(one, paper) for paper in (DRIVERS_WIDE, DRIVERS_NARROW)]
                name = f"drivers-{slug(made['reading'])}"
                made["figure"] = view.draw(name, spoken_drivers(one, held), specs, made["table"], one["name"])
        rows.append(made)
    return _part(view, claim, "claim_drivers.html.j2", rows=rows, data=data)


@page("/p/{programme}/claims/{claim}/needs")
def needs(view: View, claim: str) -> str:
    """What would have to be true for each reading."""
    from stargauge import api
    from stargauge.report.claims.claim_depth import needs_page

    view.claim(claim)
    run = {key: value for key, value in view.run.items() if key != "draws"}
    data = view.kept("needs", lambda: api.needs(view.programme, claim, **run, language=view.asked.language).to_dict(), claim)
    readings = [{**one, "drawn": one["drawn"] and view.enter(one["drawn"])} for one in needs_page(data)]
    return _part(view, claim, "claim_needs.html.j2", readings=readings, data=data)


@page("/p/{programme}/claims/{claim}/definitions")
def definitions(view: View, claim: str) -> str:
    """How the verdict hangs on what the words of the claim mean."""
    from stargauge import api
    from stargauge.report.claims.claim_depth import definitions_by_claim

    view.claim(claim)
    data = view.kept(
        "definitions", lambda: api.definitions(view.programme, claim, **view.run, language=view.asked.language).to_dict(), claim
    )
    return _part(view, claim, "claim_definitions.html.j2", tried=definitions_by_claim(data).get(claim), data=data)


@page("/p/{programme}/claims/{claim}/together")
def with_others(view: View, claim: str) -> str:
    """How its readings stand with those of other claims."""
    from stargauge.report.claims.claim_depth import pairs_of_claim

    data = _together(view)
    return _part(view, claim, "claim_together.html.j2", pairs=pairs_of_claim(data, claim), data=data)


@page("/p/{programme}/claims/{claim}/export/{form}", asks=("publisher", "url", "publisher_url", "forecasts"))
def export(view: View, claim: str, form: str, publisher: str, url: str, publisher_url: str, forecasts: str) -> str:
    """A claim in a form of others, as a file."""
    from stargauge import api
    from stargauge.api.exports import FORMS

    view.claim(claim)
    asked = view.asked
    made = api.export(
        form, view.programme, claim=claim, language=asked.language, publisher=publisher, url=url, publisher_url=publisher_url,
        forecasts=bool(forecasts), as_of=asked.day, draws=asked.draws, seed=asked.seed, evidence=view.evidence,
    )  # fmt: skip
    ending, media = FORMS[form]
    view.headers |= {"media": media, "Content-Disposition": f'attachment; filename="{asked.programme}-{claim}.{ending}"'}
    return str(made)
