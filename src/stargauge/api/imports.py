"""From published data to statements."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stargauge.api.programmes import load
from stargauge.catalogue.trackers import tracker
from stargauge.programme.epoch import read_epoch
from stargauge.programme.importing import Import, compared, patched, patched_sources, read_statements
from stargauge.programme.positions import written
from stargauge.programme.read import sources_of
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

IMPORTS = ("epoch", "csv")


def import_statements(
    kind: str, source: str | Path, programme: str | Path | Programme = "stargate", *, vintage: date | str | None = None
) -> Import:  # fmt: skip
    """What published data would add to a programme: `epoch` (a folder with Epoch AI's CSV files) or `csv` (a file of statements).

    `vintage`: when the edition was published (epoch only; else as the data's own count of what is current allows). Nothing is written:
    `.text` is the partial file.
    Raises InputError with every fault of the data.
    """
    if kind not in IMPORTS:
        raise InputError(
            say(
                'there is no import "{kind}"{near} (all: {imports})',
                kind=kind,
                near=did_you_mean(kind, IMPORTS),
                imports=", ".join(IMPORTS),
            )
        )
    made = load(programme)
    if kind == "csv":
        return _import_csv(Path(source), made, vintage)
    return _import_epoch(Path(source), made, vintage)


def _import_csv(file: Path, made: Programme, vintage: date | str | None) -> Import:
    if vintage is not None:
        raise InputError(say("--vintage goes with epoch; the statements of a CSV file bring their own dates (column published)"))
    proposals, new = read_statements(file, made)
    sources = sources_of(patched_sources(made, new))
    changes = compared(made, proposals, sources)
    patch, against = patched(made, proposals, changes, new)
    if against:
        raise InputError([one.row.fault(say("value"), message, written(one.trail)) for one, message in against])
    newest = max((one.statement.known_from for one in proposals if one.statement.known_from), default=None)
    return Import(made.name, file.name, str(newest or ""), changes, patch=patch)


def _import_epoch(folder: Path, made: Programme, vintage: date | str | None) -> Import:
    tracked = tracker("epoch")
    published = parse_window(vintage) if vintage is not None else None
    if published is not None and published.end > date.today():
        raise InputError(
            say("--vintage: {published} is not over yet; expected the day on which the edition was published", published=published)
        )
    read = read_epoch(folder, made, tracked, published, date.today())
    changes = compared(made, read.proposals, sources_of(patched_sources(made, read.new_sources)))
    credit = f"{tracked.publisher.partition(' (')[0]}, {tracked.title}, {tracked.url}, {tracked.licence}"
    patch, against = patched(made, read.proposals, changes, read.new_sources, credit)
    left_out = tuple(f"{written(one.trail)}: {message}" for one, message in against)
    name = tracked.publisher.partition(" (")[0]
    return Import(made.name, name, str(read.published), changes, read.unmatched, read.silent, read.unplaced, left_out, credit, patch)
