"""The parts of the proof: what each measures, on what data, and why a goal of it is not reached where we know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench import proof_peers as peers
from bench import proof_validations as ours
from bench.figure import Figure


class Part(NamedTuple):
    """A part: its title, what is measured, on what data, and the function that yields the figures.

    `quick`: made within seconds from what lies in the repository, so that a test makes the figures again.
    """

    title: str
    what: str
    data: str
    run: Callable[[], Iterator[Figure]]
    quick: bool = False


VALIDATIONS: dict[str, Part] = {
    "training": Part(
        "Training step times", "Seconds of a step against published ones, each by a fit without its model family on that accelerator.",
        "`training-run.csv` of the catalogue: 2021 to 2026, 8 to 16,384 accelerators, each row with its source. See [](chips-accuracy.md).",
        ours.training, quick=True,
    ),
    "inference": Part(
        "Serving", "Tokens per second and accelerator against published tables, each by a fit without that model family on that chip.",
        "`serving-run.csv` of the catalogue: TensorRT-LLM's tables, NVIDIA NIM. See [](inference-accuracy.md).", ours.inference, quick=True,
    ),
    "goodput": Part(
        "Goodput of training jobs", "The share of time that recorded jobs kept, from their size and what else is stated of them.",
        "`goodput-record.csv` of the catalogue. See [](goodput.md).", ours.goodput, quick=True,
    ),
    "pue": Part(
        "PUE and water of halls", "Yearly PUE and water from weather and what is said of the cooling, against published ones.",
        "Published PUE and WUE of halls whose place is known and whose cooling we have (facts: `pue_wue.csv`). See [](facility.md).",
        ours.pue,
    ),
    "weather": Part(
        "Weather", "Synthetic years of a place beside its hourly file: means, hot hours, how an hour hangs on the one before.",
        "Hourly files of ten places (vectors). See [](weather.md).", ours.weather,
    ),
    "schedule": Part(
        "Dates and odds", "Forecast dates against outcomes, each without the records of its owner; odds of claims against what happened.",
        "Plans, builds and milestones of the shipped backtest. See [](how-good-the-dates-are.md).", ours.schedule, quick=True,
    ),
    "verdicts": Part(
        "Verdicts on claims", "Our answers beside verdicts made by hand from the same sources before the program existed, never an input.",
        "42 claims on five programmes, as known on 22 November 2026. See [](verdicts.md).", ours.verdicts,
    ),
    "finance": Part(
        "Finance", "Rates of return, loans, debt sizing, single owner, tax, waterfalls, day counts, input and output, recomputed.",
        "Cases of function references, tax tables, textbooks, PySAM, pyxirr, QuantLib, SciPy, OR-Tools (facts: `finance_vectors.json`). "
        "See [](validate-finance.md).", ours.finance,
    ),
    "indices": Part(
        "Shares of variance", "First and total indices from plain draws against closed forms.", "The functions of Ishigami and Sobol (g).",
        ours.indices, quick=True,
    ),
    "supply": Part(
        "The cheapest supply", "The cost found by our interior-point method against HiGHS on the same program written out.",
        "Three made-up sites over a year of hours: an island, a grid with sun and wind, a firm one. See [](power.md).", ours.supply,
    ),
    "reading": Part(
        "Reading articles", "Amounts, bounds, dates and speakers against sentences marked by hand.",
        "Marked sentences in German, English and mixed (`tests/data`; facts: `extraction_cases.jsonl`). See [](reading.md).", ours.reading,
    ),
    "evidence": Part(
        "The evidence log", "Trees, proofs, checkpoints, tiles and notes against vectors and logs of others; OpenSSL and Go read ours.",
        "RFC 6962's tree, transparency.dev's 196 proofs, a log by Tessera, checkpoints of Rekor, signed notes. See [](proof.md).",
        ours.evidence,
    ),
}  # fmt: skip

PEERS: dict[str, Part] = {
    "pypsa": Part(
        "PyPSA with HiGHS", "The cheapest supply of a site: least cost, CPU time, peak memory.",
        "The three sites of the validation. Building the program and solving it are timed, loading is not.", peers.pypsa,
    ),
    "build-order": Part(
        "HiGHS on a whole order of build", "The cheapest order of build that keeps a target: least cost, CPU time, peak memory.",
        "A made-up programme of 4 sites, 14 buildings, 36 months, 20 worlds; HiGHS has a minute.", peers.build_order,
    ),
    "pysam": Part(
        "NREL's System Advisor Model (PySAM)", "Single owner: debt sculpted, at most 70 % of the cost; MACRS; return after tax.",
        "400 prices of a made-up plant, 100 MW in every hour of 25 years. We reckon by years; PySAM takes 8,760 hours.",
        peers.pysam,
    ),
    "simpy": Part(
        "SimPy", "A training job on a fleet: failures, detection, spares, reload, checkpoints behind the work, slow nodes.",
        "16,384 accelerators, 4 days, 16 spare nodes, planned stops. The same processes in SimPy's style, one history after the other.",
        peers.simpy,
    ),
    "squigglepy": Part(
        "squigglepy", "A small model, 12 inputs, 6 outputs: called once per draw, as its users write models, and by whole arrays.",
        "Lognormal inputs by P10 and P90 (`bench/small.py`).",
        peers.squigglepy,
    ),
    "salib": Part(
        "SALib", "Sobol indices of a function of eight inputs from as many evaluations.", "Sobol's g-function, whose indices are known.",
        peers.salib,
    ),
    "ema": Part(
        "EMA Workbench", "A sweep of the small model, and PRIM (boxes in which a claim holds) over 60 dimensions.",
        "A Latin hypercube of 20,000 points; 10,240 made-up draws.", peers.ema,
    ),
}  # fmt: skip
PARTS: dict[str, Part] = {**VALIDATIONS, **PEERS}

_FEW = "Few cases: the interval is wider than the gain."
#: Why a goal is not reached, where we know, by part and figure; shown only where it is not.
WHY: dict[tuple[str, str], str] = {
    ("inference", "worst model, median error"): "Four runs of Llama 4 Maverick: too high on H200 with eight ranks, too low for long "
    "prompts on Blackwell. One coefficient stands for the kernels of all experts.",
    ("inference", "worst model, within P10 to P90"): "The same four runs; the interval is that of all models with experts.",
    ("goodput", "error of goodput, mean"): "Newer systems (ByteRobust, Gemini) do better than the catalogue's ranges, and two of the four "
    "jobs do not state their size.",
    ("goodput", "measured within P10 to P90"): "The same two systems lie above P90.",
    ("pue", "PUE over the best constant: low end of the skill"): "Few halls; eight of 14 do not state how they are cooled.",
    ("pue", "PUE within P10 to P90"): "Halls that state outside air come out too low: several are older than the design taken for them, "
    "and age is not in the model.",
    ("pue", "water within three times"): "Four halls with water on record, of which two are off by more; how a hall uses its water is not "
    "stated.",
    ("schedule", "plans of data centres and campuses, over believing: low end of the skill"): _FEW,
    ("schedule", "programmes, over believing the announcement: skill"): "One site of four (Colossus 1) came more than a year before its "
    "date; few dates were announced beforehand at all.",
    ("schedule", "programmes, over believing the announcement: low end of the skill"): "The same; cases of one site fall together.",
    ("schedule", "programmes, over announcement + median slip: low end of the skill"): _FEW,
    ("evidence", "comparisons that could not run here"): "OpenSSL or Go is not on this machine.",
    ("squigglepy", "ratio to the peer"): "Between 770 and 1,050 in several runs that shared the machine with other "
    "work; not measured on an idle one.",
    ("salib", "evaluations with their indices: ratio"): "SALib's points are chosen so that an index is a mean of products. Ours comes "
    "from any draws, so that no model is run again for it; the search for what acts together takes the time.",
}  # fmt: skip
