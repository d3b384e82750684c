"""Why a number is what it is, and what moves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from stargauge.api.programmes import Progress, known, load
from stargauge.api.runs import DRAWS, MANY_DRAWS, Given, condition, workers_of
from stargauge.audit.compare.causes import MEMO_BYTES
from stargauge.audit.drivers.moved import Asker, levels_data
from stargauge.audit.drivers.sensitivity import Bar, Sensitivity, bars_of, is_dear, leading, swings, uncertain
from stargauge.audit.drivers.two_way import Axis, Ends, axes_of_table, ends_of_table, tabulated
from stargauge.audit.drivers.variance import MOST as MOST_REDRAWN
from stargauge.audit.drivers.variance import shares
from stargauge.audit.given import held_of
from stargauge.audit.money.cost import (
    LIFE,
    MOST_STRONG,
    PER_HOUR,
    POWER,
    POWER_PRICE,
    RATE,
    SOLD,
    Cost,
    addresses_of,
    asked_sites,
    expected_held,
    pairs_of,
    rates_of,
    telling,
    tornado_data,
)
from stargauge.audit.summary import Days
from stargauge.catalogue.load import Catalogue
from stargauge.engine.lineage import explain as explain_in
from stargauge.engine.memo import Memo
from stargauge.engine.node import Node
from stargauge.engine.run import drawn
from stargauge.engine.simulate import axes_of, inputs_of, model_graph, world_of
from stargauge.engine.simulate import simulate as run_model
from stargauge.engine.streams import BLOCK
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.address import parse_address, parse_share
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Input


def explain(
    address: str, programme: str | Path | Programme = "stargate", *, when: date | None = None, as_of: date | str | None = None,
    draws: int = DRAWS, seed: int = 0, values: Catalogue | None = None, given: Given = None,
) -> Node:  # fmt: skip
    """Why a number is what it is: formula, inputs with their values at a date (the newest evidence), down to statements and assumptions.

    `address` may be `share(ADDRESS)`: of a site, a party or a commitment in the whole. `given`: claims that hold; values and shares are of
    the worlds in which they do, inputs as they are held anyhow.
    """
    whole = load(programme)
    made = known(whole, as_of, values)
    conditions = condition(given, whole, now=made, draws=draws, seed=seed)
    world = world_of(made, [parse_address(str(parse_share(address) or address)).name], seed, held=held_of(conditions))
    return explain_in(world, address, when or Days.of(made).evidence, min(draws, world.drawn(draws)))


def sensitivity(
    address: str, programme: str | Path | Programme = "stargate", *, when: date | None = None, inputs: Sequence[str] | None = None,
    two_way: Mapping[str, Sequence[str]] | Sequence[str] | None = None, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, every: bool = False,
    variance: bool = False, given: Given = None,
) -> Sensitivity:  # fmt: skip
    """What moves a number: its median with each uncertain input upstream held at its P10 and its P90, and over a grid of two inputs.

    `when`: the month it is read at (two years ahead at year's end). `inputs`: only these, `INPUT=LOW..HIGH` as if one were that
    uncertain. `two_way`: two inputs with their values as in `--set`, or `drawn`; without `inputs` it comes alone. Of a number that is dear
    to make again only the inputs that share most of its spread are moved, unless `every` one is asked for.
    `variance`: also the share of its variance that each input makes alone and with others (of those twelve that move it most, or `every`
    one). Raises InputError with every
    fault of what was asked for, before any run.
    """
    if given:
        raise InputError(
            say(
                "--given: what moves a number is asked of all worlds: with an input held at its P10 a condition may hold "
                "in none; stargauge drivers takes conditions"
            )
        )
    table = _table_axes(two_way)
    made = load(programme)
    now = known(made, as_of, values)
    changed = partial(_changed, made, now, values)
    asker = _asker(address, now, when, draws, seed)
    bars, ends = _moved_and_table(asker, [] if inputs is None and table is not None else inputs, table, changed)
    base = asker.levels({})
    if base[1] != base[1]:
        raise InputError(
            say('"{address}" is absent at the end of {month}: nothing moves it', address=asker.address, month=f"{asker.when:%b %Y}")
            if asker.when
            else say('"{address}" is absent: nothing moves it', address=asker.address)
        )
    chosen = leading(asker, bars) if inputs is None and not every and is_dear(asker, bars) else bars
    left = sorted({bar.name for bar in bars} - {bar.name for bar in chosen})
    moved, still = swings(asker, chosen, workers_of(workers, MANY_DRAWS), progress)
    grid = tabulated(asker, table, ends, changed, progress) if table else None
    names = [one.input for one in (moved if every else moved[:MOST_REDRAWN]) if not one.given]
    made_of = shares(asker, names, workers_of(workers, MANY_DRAWS), progress) if variance else None
    asked = model_graph().quantities[asker.address.split("[")[0]]
    return Sensitivity(
        asker.address, asked.says, asked.unit, asker.when, base, moved, still, tuple(left), grid, made_of, made.name,
        asked_as(made), made.supposed,
        now.as_of, asker.draws, seed,
    )  # fmt: skip


def cost(
    programme: str | Path | Programme = "stargate", *, site: str | None = None, chip: str | None = None, as_of: date | str | None = None,
    draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None,
    given: Given = None, moves: bool = True,
) -> Cost:  # fmt: skip
    """What an accelerator-hour, a megawatt-year and a million tokens cost by site and generation, and which rents would cover it.

    `site`, `chip`: one only (every site, with what stands there). With what moves the cost of an hour of the first pair, unless
    `moves` says no. Raises InputError for a site or chip that there is not. `given`: claims that hold; the costs then, without that.
    """
    made = load(programme)
    now = known(made, as_of, values)
    sites, chips = asked_sites(now, site, chip)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    held_draws = held_of(conditions)
    memo, day = Memo(MEMO_BYTES), Days.of(now).ahead
    count = workers_of(workers, draws)
    held = [f"accelerators[{one}, {place}]" for place in sites for one in now.axes["chip"]] if chips is None else []
    stock = (
        run_model(now, held, draws=draws, seed=seed, workers=count, dates=(day,), only_dates=True, memo=memo, held=held_draws)
        if held
        else None
    )
    expected = expected_held(stock, now, sites) if stock else {place: dict.fromkeys(now.axes["chip"], 0.0) for place in sites}
    pairs = pairs_of(now, sites, chips, expected)
    result = run_model(now, addresses_of(pairs), draws=draws, seed=seed, workers=count, memo=memo, held=held_draws)
    if conditions is not None or not moves:
        return Cost(now, result, tuple(pairs), None, made.name, asked_as(made), made.supposed, conditions)
    asker = Asker.of(result, f"lcoc[{pairs[0][1]}, {pairs[0][0]}]", None, memo)
    base = asker.levels({})
    tornado = None
    if base[1] == base[1]:
        bars, others, left = _cost_bars(asker, made, now, values, workers_of(workers, MANY_DRAWS))
        moved, still = swings(asker, [*bars, *others], workers_of(workers, MANY_DRAWS), progress)
        faint = {bar.name for bar in others} - {one.input for one in moved if telling(one, base)}
        kept, same = [one for one in moved if one.input not in faint], [name for name in still if name not in faint]
        tornado = tornado_data(asker.address, levels_data(base), PER_HOUR, kept, same, sorted({*left, *faint}))
    return Cost(now, result, tuple(pairs), tornado, made.name, asked_as(made), made.supposed)


def _cost_bars(
    asker: Asker, made: Programme, now: Known, values: Catalogue | None, workers: int
) -> tuple[list[Bar], list[Bar], list[str]]:  # fmt: skip
    """The inputs named, the others that move the number most, as `sensitivity` takes them, and the names of the rest.

    Named: life, hours sold, the price of power, the discount rate; as uncertain as they are, a rate of one number over its range. The
    others: those that move the median most in the first block of draws; few draws tell that, since no chance is in the change.
    """
    found = uncertain(asker.world, asker.address)
    power = tuple(name for name in POWER if name in found)
    named = [Bar(name, (name,)) for name in (LIFE, SOLD, RATE) if name in found] + ([Bar(POWER_PRICE, power)] if power else [])
    if RATE not in found and (rates := rates_of(now)):
        named += bars_of(asker, [f"{RATE}={rates}"], partial(_changed, made, now, values))
    shown = {name for bar in named for name in bar.members}
    rest = [Bar(name, members) for name, members in found.items() if name not in shown]
    few = replace(asker, draws=min(BLOCK, asker.draws))
    base, moving = few.levels({}), swings(few, rest, workers)[0]
    strong = [one.input for one in moving if telling(one, base)][:MOST_STRONG]
    return named, [bar for bar in rest if bar.name in strong], sorted({bar.name for bar in rest} - {*strong})


def _table_axes(asked: Mapping[str, Sequence[str]] | Sequence[str] | None) -> tuple[Axis, Axis] | None:
    if asked is None:
        return None
    texts = [f"{name}={','.join(map(str, held))}" for name, held in asked.items()] if isinstance(asked, Mapping) else list(asked)
    return axes_of_table(texts)


def _moved_and_table(
    asker: Asker, inputs: Sequence[str] | None, table: tuple[Axis, Axis] | None, changed: Callable[..., Mapping[str, Input]]
) -> tuple[list[Bar], Ends]:
    """The bars, and what each value of a table changes. Raises InputError with the faults of both."""
    faults, bars, ends = list[Fault](), list[Bar](), list[list[Mapping[str, Input]]]()
    try:
        bars = bars_of(asker, inputs, changed)
    except InputError as error:
        faults += error.faults
    try:
        ends += [list(side) for side in ends_of_table(asker, table, changed)] if table else []
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return bars, ends


def _asker(address: str, now: Known, when: date | None, draws: int, seed: int) -> Asker:
    """Who asks one address of many worlds, what is asked first kept; no run yet. Raises InputError where the address is not one number."""
    from stargauge.engine.select import Frame

    made = Frame(model_graph().quantities, axes_of(now)).resolve(address).quantity
    day = when or Days.of(now).ahead
    return Asker(world_of(now, [made.name], seed), str(parse_address(address)), day if "month" in made.axes else None, drawn(draws),
                 Memo(MEMO_BYTES))  # fmt: skip


def _changed(made: Programme, now: Known, values: Catalogue | None, *settings: tuple[str, str]) -> dict[str, Input]:
    """The inputs that single settings speak of, as they are with these."""
    state = known(load(made, settings=dict(settings)), now.as_of, values)
    return inputs_of(state, {name.split("[")[0] for name, _ in settings})
