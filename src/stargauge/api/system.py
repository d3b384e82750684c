"""Several programmes as one system."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from stargauge.api.programmes import Progress, RecordTooThin, catalogue, day_of, known, load, shipped
from stargauge.api.runs import DRAWS, workers_of
from stargauge.audit.sites.pools import pools_of
from stargauge.audit.sites.standing import StandingAt
from stargauge.audit.sites.system import COLLECTED, DEFAULT_BY, Member, System, words_by
from stargauge.audit.wording.languages import words_of
from stargauge.catalogue.load import Catalogue
from stargauge.engine.result import Result
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.load import ENDINGS, WHOLE
from stargauge.programme.load import shipped as shipped_files
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import Window
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say, spoken_as_asked

__all__ = ["system"]

#: What is asked for: a folder, a file, a shipped name, or some of them; nothing for all shipped programmes.
Asked = str | Path | Programme | Sequence[str | Path | Programme] | None
#: The most draws that are added up: those of every programme are held at once.
MOST_DRAWS = 65_536
#: So much of a file is looked at for a name at its top level.
_HEAD = 64 * 1024
_NAMED = re.compile(r"(?m)^name\s*:")


@spoken_as_asked
def system(
    programmes: Asked = None, *, by: str | Iterable[str] = DEFAULT_BY, pools: Mapping[str, str] | None = None,
    as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    progress: Progress | None = None, language: str = "en",
) -> System:  # fmt: skip
    """Facility power asked for, contracted, energised and operational, by region and year over several programmes, each site once.

    `programmes`: a folder of programmes, or names, files and folders; all shipped ones where left out. `by`: any of grid, country,
    programme, site, year. `pools`: what programmes compete for, by name a power per time such as `{"transformers": "2 GW/yr"}`, or `none`.
    Each programme runs as it does alone, with the same seed; draws are added one by one. `language`: of the sentence of the answer.
    Raises InputError with every fault of all files.
    """
    words_of(language)
    words = words_by(by)
    if draws > MOST_DRAWS:
        raise InputError(
            say(
                "got {draws:,} draws; expected at most {most:,}: every programme's are held at once",
                draws=draws,
                most=MOST_DRAWS,
            )
        )
    world = values or catalogue()
    day = day_of(as_of)
    limits = pools_of(world.known(day), pools or {})
    paths, unread = _asked(programmes)
    whole = _loaded(paths)
    views, later = _known(whole, day, world)
    clock = _clock(views)
    years = tuple(range(clock.start.year, clock.end.year + 1))
    members = []
    for name in sorted(views):
        made = known_on(whole[name].model_copy(update={"start": clock, "horizon": clock}), world, day)
        result = _run(made, years, day, draws, seed, workers_of(workers, draws), progress)
        members.append(Member(name, _called(paths[name]), made, result, _own_clock(whole[name])))
    joined = System(tuple(members), limits, words, years, day, members[0].result.draws, seed, (*unread, *later), language)
    joined.check()
    return joined


def _run(
    made: Known, years: Sequence[int], day: date, draws: int, seed: int, workers: int, progress: Progress | None
) -> Result:  # fmt: skip
    """One programme's run, of which power is kept at the end of every year, and last at the knowledge date."""
    months = made.months
    ends = [next(place for place, end in enumerate(months) if (end.year, end.month) == (year, 12)) for year in years]
    now = next((place for place, end in enumerate(months) if end >= day), len(months) - 1)
    kept = StandingAt((*ends, now))
    return run_model(made, (), draws=draws, seed=seed, workers=workers, collectors={COLLECTED: kept}, progress=progress)


def _clock(views: Mapping[str, Known]) -> Window:
    """The clock that all share: from the first January of any file to the last December of any."""
    months = [month for view in views.values() for month in (view.months[0], view.months[-1])]
    return Window(date(min(months).year, 1, 1), date(max(months).year, 12, 31))


def _own_clock(programme: Programme) -> Window:
    start, horizon = programme.start, programme.horizon
    assert start is not None and horizon is not None  # known() has seen both
    return Window(start.start, horizon.end)


# --- which programmes -------------------------------------------------------------------------------------------------------------


def _asked(programmes: Asked) -> tuple[dict[str, str | Path | Programme], tuple[dict[str, str], ...]]:
    """Where each programme is, by its name here; and the files of a folder that are none. Raises InputError where there is none."""
    if programmes is None:
        return dict[str, str | Path | Programme]({name: name for name in shipped()}), ()
    asked = [programmes] if isinstance(programmes, (str, Path, Programme)) else list(programmes)
    found, unread, faults = list[tuple[str, str | Path | Programme]](), list[dict[str, str]](), list[Fault]()
    for one in asked:
        if isinstance(one, Programme):
            found.append((one.name, one))
        elif str(one) not in shipped_files() and Path(one).is_dir() and not _is_whole(Path(one)):
            inside, others = _inside(Path(one))
            found += [(path.stem, path) for path in inside]
            unread += [{"file": str(path), "why": say("names no programme at its top level")} for path in others]
            if not inside:
                faults.append(_empty(Path(one), others))
        else:
            found.append((Path(one).stem, one))
    names = [name for name, _ in found]
    twice = {name: [str(path) for at, path in found if at == name] for name in names if names.count(name) > 1}
    faults += [
        Fault(say('two programmes are called "{name}": {paths}; rename one of the files', name=name, paths=", ".join(paths)))
        for name, paths in twice.items()
    ]
    if not found and not faults:
        faults.append(Fault(say("no programme was given; leave the list out for all shipped programmes")))
    if faults:
        raise InputError(faults)
    return dict(found), tuple(sorted(unread, key=lambda one: one["file"]))


def _is_whole(folder: Path) -> bool:
    """Whether a folder is one programme in parts."""
    return any((folder / f"{WHOLE}{ending}").is_file() for ending in ENDINGS)


def _inside(folder: Path) -> tuple[list[Path], list[Path]]:
    """The programmes of a folder, by name; and its YAML files that are none."""
    inside, others = list[Path](), list[Path]()
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            inside += [path] if _is_whole(path) else []
        elif path.suffix in ENDINGS:
            (inside if _names_itself(path) else others).append(path)
    return inside, others


def _names_itself(path: Path) -> bool:
    """Whether a file names a programme at its top level; one that cannot be read counts, so that its fault is told."""
    try:
        with path.open("rb") as file:
            return _NAMED.search(file.read(_HEAD).decode("utf-8", "replace")) is not None
    except OSError:
        return True


def _empty(folder: Path, others: Sequence[Path]) -> Fault:
    seen = say("; none of its {count} YAML files names one at its top level", count=len(others)) if others else ""
    return Fault(
        say(
            "holds no programme{seen}; expected files such as mine.yaml with a line `name: ...` (start one: "
            "stargauge new mine), or leave the folder out for the shipped programmes",
            seen=seen,
        ),
        file=str(folder),
    )


def _called(path: str | Path | Programme) -> str:
    return path.name if isinstance(path, Programme) else str(path)


def _loaded(paths: Mapping[str, str | Path | Programme]) -> dict[str, Programme]:
    """Every programme from its files. Raises InputError with the faults of all of them."""
    made, faults = dict[str, Programme](), list[Fault]()
    for name, path in paths.items():
        try:
            made[name] = load(path)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return made


def _known(
    whole: Mapping[str, Programme], day: date, values: Catalogue
) -> tuple[dict[str, Known], tuple[dict[str, str], ...]]:  # fmt: skip
    """What is known of each on the day, and what had nothing known yet, with why. Raises InputError with all faults, or where all are."""
    views, early, faults = dict[str, Known](), list[dict[str, str]](), list[Fault]()
    for name, programme in sorted(whole.items()):
        if _only_drafts(programme):
            early.append({"file": name, "why": say("holds drafts of claims, and nothing to run")})
            continue
        try:
            views[name] = known(programme, day, values)
        except RecordTooThin as error:
            early.append({"file": name, "why": str(error)})
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    if not views:
        raise InputError([Fault(one["why"], file=one["file"]) for one in early])
    return views, tuple(early)


def _only_drafts(programme: Programme) -> bool:
    return bool(programme.drafts) and not programme.unsited and not any(site.phases for site in programme.sites.values())
