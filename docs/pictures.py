"""Draw the pictures of the README and the documentation: `python docs/pictures.py`."""

from __future__ import annotations

from pathlib import Path

from stargauge import api
from stargauge.catalogue.load import BUILD_RECORDS, DATA
from stargauge.report.accuracy.build_chart import builds_and_forecasts
from stargauge.report.accuracy.slip_chart import slips_and_fit
from stargauge.report.drawing.charts import over_time
from stargauge.report.drawing.drawing import svg

AS_OF = "2026-11-22"
FOLDER = Path(__file__).parent / "_static"


def main() -> None:
    """Capacity by stage as a fan against what was promised; the records of slips and of builds against their fits."""
    data = api.check("stargate", as_of=AS_OF, charts=True).to_dict(charts=True)
    spec = over_time(data["lines"]["capacity"], data["quantities"], data["newest_evidence"])
    FOLDER.mkdir(exist_ok=True)
    builds = api.validate("build", DATA / BUILD_RECORDS).to_dict()["rows"]
    drawings = {
        "stargate-capacity.svg": spec,
        "slip-fit.svg": slips_and_fit(api.calibrate(AS_OF).to_dict()),
        "build-fit.svg": builds_and_forecasts(builds),
    }
    for name, drawn in drawings.items():
        (FOLDER / name).write_text(svg({**drawn, "background": "#fbfaf7"}), encoding="utf-8")
        print(f"Wrote {FOLDER / name}")


if __name__ == "__main__":
    main()
