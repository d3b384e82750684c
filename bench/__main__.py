"""`python -m bench [NAME ...]`: run the benches, or those named, and print each figure beside its goal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from bench import (
    audit,
    audit_needs,
    build_order,
    capture,
    dispatch,
    engine,
    evidence,
    finance,
    fleet_events,
    layouts,
    network,
    package,
    plan,
    reading,
    scale,
    watching,
    weather,
    weather_coefficients,
    web,
    what_if,
    whole,
)
from bench.figure import Figure

CASES: dict[str, Callable[[], Iterator[Figure]]] = {
    "peer": engine.peer,
    "traffic": engine.traffic,
    "scaling": engine.scaling,
    "network": network.network,
    "finance": finance.finance,
    "plan": plan.plan,
    "build-order": build_order.build_order,
    "dispatch": dispatch.dispatch_speed,
    "fleet-events": fleet_events.fleet_events,
    "evidence": evidence.evidence,
    "watching": watching.watching,
    "reading": reading.reading_speed,
    "drivers": audit.drivers,
    "whole": whole.whole,
    "long-runs": scale.long_runs,
    "growth": scale.growth,
    "odds": whole.odds,
    "depths": whole.depths,
    "capture": capture.capture,
    "needs": audit_needs.needs,
    "layouts": layouts.layouts,
    "weather": weather.weather,
    "weather-left-out": weather_coefficients.left_out,
    "web": web.web,
    "what-if": what_if.what_if,
    "package": package.package,
}


def main(names: list[str]) -> int:
    """Print the figures of the cases; 1 where one misses its goal."""
    unknown = [name for name in names if name not in CASES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)} (there are: {', '.join(CASES)})", file=sys.stderr)
        return 2
    missed = 0
    for name in names or CASES:
        for figure in CASES[name]():
            print(figure, flush=True)
            missed += not figure.reached
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
