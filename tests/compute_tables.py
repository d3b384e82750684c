"""The shipped rates of models on chips: `python -m tests.compute_tables` writes them anew, in some minutes on two cores.

For the models that programmes reckon, on the chips that shipped programmes can have and that of the large job. With `mfu` or
`inference_rate` after it those alone are written, where only the fit of training or of serving has changed.
"""

from __future__ import annotations

import csv
import sys
from concurrent.futures import ProcessPoolExecutor

from stargauge import api
from stargauge.api.chip_rates import RATES, Rate, rows_of
from stargauge.audit.compute.fleet_use import JOB
from stargauge.audit.compute.rate_use import DAY
from stargauge.catalogue.load import DATA, load_catalogue
from stargauge.catalogue.model_rates import RATE, SOURCE
from stargauge.catalogue.rows import COLUMNS
from stargauge.programme.axes import models_of

FILE = DATA / f"{RATE}.csv"


def write(whats: list[str]) -> None:
    """Write some rates anew and leave the others as they are."""
    values = load_catalogue()
    known = values.known(DAY)
    there = {chip for name in api.shipped() for chip in api.known(api.load(name), DAY).axes["chip"]}
    chips = [name for name in known.names("accelerator") if name in there | {known.text(*JOB)}]
    day, grade = DAY.isoformat(), values.sources[SOURCE].grade
    with FILE.open(encoding="utf-8", newline="") as handle:
        kept: list[tuple[str, ...]] = [
            tuple(row[name] for name in COLUMNS) for row in csv.DictReader(handle) if not row["attribute"].startswith(tuple(whats))
        ]
    made = list[tuple[str, ...]]()
    pairs = [(model, chip, whats) for model in models_of(known) for chip in chips]
    with ProcessPoolExecutor() as pool:
        for (model, _, _), rows in zip(pairs, pool.map(_of_pair, pairs), strict=True):
            for attribute, unit, rate in rows:
                made.append((RATE, model, attribute, rate.text, unit, day, day, SOURCE, "estimated", grade, rate.note))
                print(*made[-1][1:5], sep="\t", flush=True)
    whole = kept + made
    names = [(model, f"{what}_{chip}") for model in models_of(known) for chip in chips for what in RATES]
    whole.sort(key=lambda row: names.index((row[1], row[2])))
    with FILE.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(whole)


def _of_pair(pair: tuple[str, str, list[str]]) -> list[tuple[str, str, Rate]]:
    model, chip, whats = pair
    return list(rows_of(load_catalogue(), model, [chip], whats=whats))


if __name__ == "__main__":
    write(sys.argv[1:] or list(RATES))
