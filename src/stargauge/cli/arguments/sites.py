"""Arguments of the commands on sites and what they need: dates, jobs, money, facility, power, plan."""

from __future__ import annotations

from stargauge.cli.arguments.parser import Commands
from stargauge.cli.arguments.run import (
    as_of,
    change_options,
    count,
    day,
    draw_options,
    output_options,
    own_values,
    page,
    programme,
    run_options,
    spoken,
    whole_number,
    workers,
)
from stargauge.quantity.spoken import say

#: Limits of `stargauge plan`: each at most an amount, or NAME=AMOUNT.
PLAN_LIMITS = ("money", "emissions", "gas", "land", "water", "grid", "pool", "crew", "deliveries", "least")


def schedule(commands: Commands) -> None:
    """`stargauge schedule`."""
    made = commands.add_parser("schedule", help=say("when each site runs, and what holds it up"))
    programme(made, True)
    run_options(made)
    output_options(made)
    spoken(made)


def jobs(commands: Commands) -> None:
    """`stargauge jobs`."""
    made = commands.add_parser("jobs", help=say("jobs by every definition, what others counted, what a claim on jobs needs to be true"))
    programme(made, True)
    run_options(made)
    output_options(made)
    spoken(made)
    made.add_argument(
        "--date", type=day, metavar=say("DATE"), help=say("the month it is read at (default: two years ahead, at year's end)")
    )
    made.add_argument("--site", metavar="ID", help=say("one site only, with the claims that name it"))


def finance(commands: Commands) -> None:
    """`stargauge finance`."""
    made = commands.add_parser(
        "finance", help=say("how each site is paid for: loans and what limits them, cover, walls, contracts, returns")
    )
    programme(made, True)
    run_options(made)
    output_options(made)
    spoken(made)
    made.add_argument("--site", metavar="ID", help=say("one site only, with its cash year by year"))


def facility(commands: Commands) -> None:
    """`stargauge facility`."""
    made = commands.add_parser("facility", help=say("a site's PUE and water hour by hour: what makes them, and what other designs give"))
    made.add_argument("site", metavar=say("SITE"), help=say("a site of the programme"))
    programme(made, False)
    as_of(made)
    made.add_argument("--design", metavar="DESIGN", help=say("a cooling design, or parts: liquid/evaporative (default: the site's)"))
    made.add_argument("--redundancy", default="", metavar=say("KIND"), help=say("N, N+1, 2N, distributed or block (default: a range)"))
    made.add_argument("--weather", metavar=say("FILE"), help=say("EPW, TMY3, NSRDB or SAM file instead of a synthetic typical year"))
    made.add_argument("--seed", type=whole_number, default=0, metavar="N", help=say("seed of weather and draws (default 0)"))
    own_values(made)
    change_options(made)
    output_options(made)
    spoken(made)


def money(commands: Commands) -> None:
    """`stargauge money`."""
    made = commands.add_parser("money", help=say("who pays, when, and is the money there: gaps, policies, circles, who breaks"))
    programme(made, True)
    made.add_argument("--date", metavar=say("DATE"), help=say("the day on which it has to be there (default: the knowledge date)"))
    made.add_argument(
        "--need", action="append", default=[], metavar=say("AMOUNT"), help=say("a sum, such as '100 bn USD' (default: as claimed)")
    )
    made.add_argument(
        "--if", dest="pays", action="append", default=[], metavar=say("PARTY=SHARE"), help=say("who pays only a share: openai=0.5")
    )
    made.add_argument("--from", dest="since", metavar=say("DATE"), help=say("from when it pays only that (default: the knowledge date)"))
    run_options(made)
    output_options(made)
    spoken(made)


def hours(commands: Commands) -> None:
    """`stargauge hours`."""
    made = commands.add_parser(
        "hours", help=say("a site's stated supply hour by hour: energy, what is missing, cost, CO2e by scope, water")
    )
    made.add_argument("site", metavar=say("SITE"), help=say("a site of the programme"))
    programme(made, False)
    made.add_argument(
        "--year", type=count, metavar=say("YEAR"), help=say("a year of the clock (default: the first to come in which something runs)")
    )
    as_of(made)
    made.add_argument("--design", metavar="DESIGN", help=say("a cooling design, or parts: liquid/evaporative (default: the site's)"))
    made.add_argument(
        "--profile", default="mixed", metavar=say("KIND"), help=say("load of the racks: mixed (default), training, inference, flat")
    )
    made.add_argument("--weather", metavar=say("FILE"), help=say("EPW, TMY3, NSRDB or SAM file instead of synthetic years of the place"))
    made.add_argument("--factors", metavar=say("FILE"), help=say("the grid's factors by the hour (CSV): average, marginal, upstream_water"))
    made.add_argument(
        "--tariff", metavar=say("FILE"), help=say("a CSV of what the grid costs, by month, day and hour (default: the programme's)")
    )
    made.add_argument("--spare", type=int, default=0, metavar="N", help=say("units of each plant that only stand in for others; 1 is N+1"))
    made.add_argument("--draws", type=count, default=256, metavar="N", help=say("Monte Carlo draws, in blocks of 256 (default 256)"))
    made.add_argument("--seed", type=whole_number, default=0, metavar="N", help=say("seed of draws and weather (default 0)"))
    made.add_argument("--hourly", action="store_true", help=say("with --json: also every hour of the draw in the middle"))
    own_values(made)
    change_options(made)
    page(made)
    output_options(made)
    spoken(made)


def system(commands: Commands) -> None:
    """`stargauge system`."""
    made = commands.add_parser("system", help=say("several programmes as one: power by grid region and year, and what they compete for"))
    made.add_argument(
        "programmes",
        nargs="*",
        metavar=say("FOLDER"),
        help=say("a folder of programmes, or names and files (default: the shipped programmes)"),
    )
    made.add_argument(
        "--by", default="grid,year", metavar=say("A,B"), help=say("what rows are told apart by: grid, country, programme, site, year")
    )
    made.add_argument(
        "--pool", action="append", default=[], metavar=say("NAME=VALUE"),
        help=say("supply that all share, per year: transformers, turbines or queue, e.g. --pool transformers='2 GW/yr'; none: no limit "
        "(repeatable)"),
    )  # fmt: skip
    made.add_argument("--all", action="store_true", help=say("every year and every site (default: the next five years)"))
    as_of(made)
    made.add_argument("--report", metavar=say("FILE"), help=say("also write one self-contained HTML page with map and table"))
    draw_options(made)
    workers(made)
    output_options(made)
    spoken(made)


def power(commands: Commands) -> None:
    """`stargauge power`."""
    made = commands.add_parser("power", help=say("the cheapest supply that carries a site: sizes, cost, limits, other mixes, a test"))
    made.add_argument("site", metavar=say("SITE"), help=say("a site of the programme"))
    programme(made, False)
    made.add_argument(
        "--load", metavar=say("POWER"), help=say("facility power to carry in every hour, e.g. 500MW (default: as expected, by hour)")
    )
    made.add_argument("--by", metavar=say("DATE"), help=say("the day from which it has to be carried, e.g. 2027-06 (default: no day)"))
    made.add_argument("--sources", metavar="A,B,...", help=say("what may be built, e.g. grid,gas-turbine,solar,battery (default: most)"))
    made.add_argument("--greenfield", action="store_true", help=say("leave out what the programme states of plants at the site"))
    made.add_argument("--years", type=count, metavar="N", help=say("years of weather it is sized on (default: 1; with --by 3)"))
    made.add_argument(
        "--shortfall", default="0", metavar=say("SHARE"), help=say("share of the energy that may be missing, e.g. 0.001 (default: 0)")
    )
    made.add_argument("--emissions", metavar=say("AMOUNT"), help=say("CO2e per energy at most, e.g. '200 kg/MWh'"))
    made.add_argument("--land", metavar=say("AREA"), help=say("land at most, e.g. '2000 acres'"))
    made.add_argument("--gas", metavar=say("ENERGY"), help=say("gas burnt a year at most, e.g. '5 TWh'"))
    made.add_argument(
        "--weather", metavar=say("FILE"), help=say("an hourly weather file: EPW, TMY3 or NSRDB (default: the catalogue's climate)")
    )
    made.add_argument(
        "--tariff", metavar=say("FILE"), help=say("a CSV of what the grid costs, by month, day and hour (default: catalogue price)")
    )
    made.add_argument("--pypsa", metavar=say("FOLDER"), help=say("also write the supply as a network of PyPSA (CSV files)"))
    made.add_argument("--no-mixes", action="store_true", help=say("leave out the other mixes that it is compared with"))
    made.add_argument(
        "--draws", type=count, default=256, dest="histories", metavar="N", help=say("years of failures that it is tested on (default 256)")
    )
    made.add_argument("--seed", type=whole_number, default=0, metavar="N", help=say("seed of weather and failures (default 0)"))
    as_of(made)
    own_values(made)
    change_options(made)
    page(made)
    output_options(made)
    spoken(made)


def plan(commands: Commands) -> None:
    """`stargauge plan`."""
    made = commands.add_parser(
        "plan", help=say("what would work: the cheapest build that keeps an announcement, with which probability, and what insisting costs")
    )
    programme(made, True)
    made.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="TEXT",
        help=say(
            "'10 GW by 2029-12-31', '2 GW IT at SITE by 2028', '20 million H100e by 2029', or a reading (repeatable; default: "
            "what was announced)"
        ),
    )
    made.add_argument(
        "--claim", action="append", default=[], metavar=say("ID[/READING]"), help=say("the amount and day of a claim (repeatable)")
    )
    made.add_argument("--with-probability", dest="probability", metavar="P", help=say("with which each target is kept (default 80%%)"))
    made.add_argument("--goal", default="cost", metavar=say("GOAL"), help=say("cost (default), capacity, emissions, or wait: start late"))
    for name, text in zip(PLAN_LIMITS, _limits(), strict=True):
        made.add_argument(f"--{name}", action="append", default=[], metavar=say("AMOUNT"), help=text)
    made.add_argument(
        "--means", metavar=say("STAGE"), help=say("keep each party within its means: cash, committed, announced, financeable or liquidity")
    )
    made.add_argument("--carbon-price", metavar=say("PRICE"), help=say("a price on CO2e as a part of the cost: '100 USD/tCO2e'"))
    made.add_argument("--powers", metavar="A,B,...", help=say("what may power a site, e.g. grid,gas-engine,bridge (default: all)"))
    made.add_argument("--chips", metavar="A,B,...", help=say("accelerators that may be installed (default: the newest four generations)"))
    made.add_argument("--no-further", action="store_true", help=say("no buildings beyond those of the file"))
    made.add_argument(
        "--start-from", type=day, metavar=say("DATE"), help=say("no work begins before that day (default: the knowledge date)")
    )
    made.add_argument("--worlds", type=count, default=50, metavar="N", help=say("worlds that the plan is made for (default 50)"))
    as_of(made)
    change_options(made)
    draw_options(made)
    made.add_argument("--save", metavar=say("FILE"), help=say("write the plan as a partial programme file, for --scenario"))
    made.add_argument("--force", action="store_true", help=say("write over a file that --save names"))
    page(made)
    output_options(made)
    spoken(made)


def _limits() -> tuple[str, ...]:
    """What each limit of a plan is."""
    return (
        say("capital at most: '300 bn USD', of a year '2028=120 bn USD' (repeatable)"),
        say("CO2e at most: '90 Mt' in all, '300 kgCO2e/MWh' per energy (repeatable)"),
        say("gas burnt in a year at most: '60 TWh/yr' (repeatable)"),
        say("land of each site at most: '900 acres', of one 'SITE=900 acres' (repeatable)"),
        say("water of each site at most: '8 million gal/yr', 'SITE=...' (repeatable)"),
        say("grid connection of a site at most: 'SITE=1.2 GW' (repeatable)"),
        say("what is shared gives this programme at most: 'transformers=2 GW/yr', 'turbines=none' (repeatable)"),
        say("buildings at most: '3/month' begun in all, 'SITE=4' going up at once (repeatable)"),
        say("accelerators at most: '100_000/month', 'CHIP=40_000/month' (repeatable)"),
        say("IT power a site gets at least where anything new is built: '100 MW' (repeatable)"),
    )


def cost(commands: Commands) -> None:
    """`stargauge cost`."""
    made = commands.add_parser(
        "cost", help=say("what an accelerator-hour, a megawatt-year and a million tokens cost, and rents that cover it")
    )
    programme(made, True)
    run_options(made)
    output_options(made)
    spoken(made)
    made.add_argument("--site", metavar=say("SITE"), help=say("one site (default: every site)"))
    made.add_argument(
        "--chip", metavar="CHIP", help=say("one generation of accelerators (default: what stands, or is expected, at each site)")
    )
