"""The shipped rates of models on chips: `python -m tests.compute_tables` writes them anew, in some minutes.

For the models that programmes reckon, on the chips that shipped programmes can have and that of the large job.
"""

from __future__ import annotations

import csv
from datetime import date

from stargauge import api
from stargauge.api.chip_rates import DAY, rows_of
from stargauge.audit.fleet_use import JOB
from stargauge.catalogue.load import DATA, load_catalogue
from stargauge.catalogue.model_rates import RATE, SOURCE
from stargauge.catalogue.rows import COLUMNS
from stargauge.programme.axes import models_of


def write() -> None:
    """Write the rates anew."""
    values = load_catalogue()
    known = values.known(date.max)
    there = {chip for name in api.shipped() for chip in api.known(api.load(name), DAY).axes["chip"]}
    chips = [name for name in known.names("accelerator") if name in there | {known.text(*JOB)}]
    day, grade = DAY.isoformat(), values.sources[SOURCE].grade
    rows = []
    for model in models_of(known):
        for attribute, unit, rate in rows_of(values, model, chips):
            rows.append((RATE, model, attribute, rate.text, unit, day, day, SOURCE, "estimated", grade, rate.note))
            print(*rows[-1][1:5], sep="\t", flush=True)
    with (DATA / f"{RATE}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    write()
