"""One function per command: ask the API, hand the answer to the terminal report."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import InputError, did_you_mean


def _style(asked: argparse.Namespace) -> Any:
    from stargauge.report.terminal import style_for

    return style_for(sys.stdout, asked.ascii)


def _print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def _settings(asked: argparse.Namespace) -> dict[str, str]:
    pairs = [text.split("=", 1) for text in asked.set]
    if wrong := [pair for pair in pairs if len(pair) != 2]:
        raise InputError(f'got --set "{wrong[0][0]}"; expected INPUT=VALUE, such as --set load_factor=0.8')
    return {name.strip(): value.strip() for name, value in pairs}


def _progress(done: int, blocks: int) -> None:
    """A line on stderr, only on a terminal and only for what takes long."""
    if sys.stderr.isatty() and blocks >= 40:
        end = "\n" if done == blocks else ""
        print(f"\r{done} of {blocks} blocks", end=end, file=sys.stderr, flush=True)


def _values(asked: argparse.Namespace) -> Any:
    from stargauge import api

    return api.catalogue(asked.catalogue)


def _scenario(asked: argparse.Namespace) -> Path | None:
    if asked.scenario is not None and not Path(asked.scenario).exists():
        raise InputError(f'no scenario file "{asked.scenario}"')
    return Path(asked.scenario) if asked.scenario else None


def _checked(asked: argparse.Namespace, charts: bool = False) -> Any:
    from stargauge import api

    return api.check(
        asked.programme, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, scenario=_scenario(asked),
        settings=_settings(asked), values=_values(asked), charts=charts, progress=_progress,
    )  # fmt: skip


def check(asked: argparse.Namespace) -> int:
    """`stargauge check`."""
    from stargauge.report.terminal import render_check

    target = Path(asked.report) if asked.report else None
    if target is not None and not target.resolve().parent.is_dir():
        raise InputError(f'no folder "{target.parent}" to write the report to')
    answer = _checked(asked, charts=target is not None)
    data = answer.to_dict(charts=target is not None)
    if target is not None:
        from stargauge.report.html import write_report

        write_report(data, target)
    if asked.json:
        _print_json(data)
    else:
        sys.stdout.write(render_check(data, _style(asked), str(target.resolve()) if target else None, asked.all))
    return _fails(asked.fail_if, answer.verdicts) if asked.fail_if else 0


def _fails(condition: str, verdicts: Any) -> int:
    """1 where a claim (or the one named before the colon) has the status asked for."""
    from stargauge.audit.verdict import STATUSES

    name, _, status = (part.strip() for part in condition.rpartition(":"))
    known = {verdict.id for verdict in verdicts}
    if name and name not in known:
        raise InputError(f'--fail-if: there is no claim "{name}"{did_you_mean(name, known)}')
    if status not in STATUSES:
        raise InputError(f'--fail-if: there is no status "{status}"{did_you_mean(status, STATUSES)} (one of {", ".join(STATUSES)})')
    return int(any(r.status == status for v in verdicts if not name or v.id == name for r in v.readings))


def audit(asked: argparse.Namespace) -> int:
    """`stargauge audit`."""
    from stargauge.report.listing import render_audit

    data = _checked(asked).to_dict()
    if asked.claim:
        names = [claim["id"] for claim in data["claims"]]
        if asked.claim not in names:
            raise InputError(f'there is no claim "{asked.claim}"{did_you_mean(asked.claim, names)}')
        data["claims"] = [claim for claim in data["claims"] if claim["id"] == asked.claim]
    if asked.json:
        _print_json(data)
    else:
        sys.stdout.write(render_audit(data, _style(asked)))
    return 0


def simulate(asked: argparse.Namespace) -> int:
    """`stargauge simulate`."""
    from stargauge import api
    from stargauge.audit.summary import Days, table_of
    from stargauge.report.listing import render_simulation

    programme = api.load(asked.programme, _scenario(asked), _settings(asked))
    result = api.simulate(
        programme, quantities=asked.quantity or api.HEADLINES, draws=asked.draws, seed=asked.seed, as_of=asked.as_of, workers=asked.workers,
        values=_values(asked), progress=_progress,
    )  # fmt: skip
    if asked.save:
        print(f"saved: {result.save(asked.save)}", file=sys.stderr)
    if asked.json:
        _print_json(result.to_dict())
    else:
        ahead = Days.of(api.known(programme, asked.as_of, _values(asked))).ahead
        sys.stdout.write(render_simulation(table_of(result, ahead), _style(asked)))
    return 0


def explain(asked: argparse.Namespace) -> int:
    """`stargauge explain`."""
    from stargauge import api
    from stargauge.audit.answer_data import node_data
    from stargauge.engine.simulate import model_graph
    from stargauge.report.listing import render_quantities
    from stargauge.report.terminal import render_explain

    if asked.list or not asked.address:
        sys.stdout.write(render_quantities(model_graph().quantities, _style(asked)))
        return 0 if asked.list else 2
    programme = api.load(asked.programme, _scenario(asked), _settings(asked))
    node = api.explain(
        asked.address, programme, when=asked.date, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, values=_values(asked)
    )
    data = node_data(node)
    if asked.json:
        _print_json(data)
    else:
        sys.stdout.write(render_explain(data, _style(asked), asked.sources, asked.depth))
    return 0


def catalogue(asked: argparse.Namespace) -> int:
    """`stargauge catalogue`."""
    from stargauge import api
    from stargauge.catalogue.show import rows as shown_rows
    from stargauge.report.terminal import render_catalogue, render_names

    values = api.catalogue(asked.catalogue)
    if asked.kind is None:
        names = {kind: values.names(kind) for kind in values.kinds()}
        if asked.json:
            _print_json({kind: list(members) for kind, members in names.items()})
        else:
            sys.stdout.write(render_names("The catalogue: stargauge catalogue KIND [NAME]", names, _style(asked)))
        return 0
    rows = [row._asdict() for row in shown_rows(values, asked.kind, asked.name)]
    if asked.json:
        _print_json(rows)
    else:
        sys.stdout.write(render_catalogue(rows, _style(asked)))
    return 0


def new(asked: argparse.Namespace) -> int:
    """`stargauge new`."""
    from stargauge.programme.template import starter

    path = Path(asked.name if asked.name.endswith((".yaml", ".yml")) else f"{asked.name}.yaml")
    if path.exists():
        raise InputError(f'"{path}" exists already; it was not touched')
    if not path.resolve().parent.is_dir():
        raise InputError(f'no folder "{path.parent}" to write to')
    path.write_text(starter(path.stem), encoding="utf-8")
    print(f"Wrote {path}. Next: stargauge check {path}")
    return 0


def schema(asked: argparse.Namespace) -> int:
    """`stargauge schema`."""
    from stargauge.programme.load import json_schema

    _print_json(json_schema())
    return 0
