"""Draw the picture of the README from the shipped programme: `python docs/pictures.py`."""

from __future__ import annotations

from pathlib import Path

from stargauge import api
from stargauge.report.charts import over_time
from stargauge.report.drawing import svg

AS_OF = "2026-11-22"
TARGET = Path(__file__).parent / "_static" / "stargate-capacity.svg"


def main() -> None:
    """Capacity by stage as a fan against what was promised."""
    data = api.check("stargate", as_of=AS_OF, charts=True).to_dict(charts=True)
    spec = over_time(data["lines"]["capacity"], data["quantities"], data["newest_evidence"])
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(svg({**spec, "background": "#fbfaf7"}), encoding="utf-8")
    print(f"Wrote {TARGET}")


if __name__ == "__main__":
    main()
