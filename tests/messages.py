"""The messages of the program and their catalogues: `python -m tests.messages` brings every catalogue up to what is said.

New messages come in without a translation, those that are said no more go; `--untranslated` lists what is still to translate.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from stargauge.audit.compare.causes import METHOD, TOLD
from stargauge.audit.compare.compare import HEADS
from stargauge.audit.compute import goodput_job
from stargauge.audit.compute.goodput import LEFT_OUT
from stargauge.audit.compute.serving import COUNTING
from stargauge.audit.compute.training_range import PARTS
from stargauge.audit.drivers.sensitivity import METHOD as OF_SENSITIVITY
from stargauge.audit.drivers.what_moves import METHOD as OF_DRIVERS
from stargauge.audit.jobs.job_checks import AT_PEAK, MEASURES
from stargauge.audit.jobs.job_definitions import DEFINITIONS
from stargauge.audit.jobs.jobs import ROUTES
from stargauge.audit.money.cost import BASIS as OF_COSTS
from stargauge.audit.money.cost import NOTES, RENTS, YARDSTICK
from stargauge.audit.money.promises import BASES
from stargauge.audit.over_time.movers import KINDS, TOGETHER
from stargauge.audit.over_time.news import SEVERAL, TIME
from stargauge.audit.sites.facility import APPROXIMATION
from stargauge.audit.sites.pools import ENTRIES as POOL_ENTRIES
from stargauge.audit.sites.pools import SAID as OF_POOLS
from stargauge.audit.validation import goodput_validation as goodput
from stargauge.audit.validation import pue_validation as pue
from stargauge.audit.validation import serving_validation as serving
from stargauge.audit.validation import training_validation as training
from stargauge.catalogue.load import KINDS as CATALOGUE_KINDS
from stargauge.catalogue.load import load_catalogue
from stargauge.cli.arguments.parser import FAULTS
from stargauge.cli.doctor import PROGRAMS
from stargauge.cli.extras import EXTRAS
from stargauge.cli.files import WRITTEN
from stargauge.evidence.observe.amplification import RULES
from stargauge.plan.build_order.asked import POSSIBLE
from stargauge.plan.build_order.case.limits import EXAMPLES
from stargauge.plan.build_order.case.split import EXAMPLE
from stargauge.plan.layouts.search import WITHOUT
from stargauge.plan.serving.answer import DOUBLED
from stargauge.programme.fields import Part
from stargauge.quantity.dates import NO_DATE
from stargauge.quantity.errors import SYSTEM
from stargauge.quantity.problems import KNOWN
from stargauge.quantity.spoken import BETWEEN, CATALOGUES
from stargauge.report.compute import goodput as goodput_report
from stargauge.report.compute import serving as serving_report
from stargauge.report.compute import training as training_report
from stargauge.report.compute.training_chart import GROUPS

SOURCE = Path(__file__).parents[1] / "src" / "stargauge"
#: Files that hold the English texts of a kind of page by keys.
KEYED = (SOURCE / "report" / "evidence" / "receipt.toml", SOURCE / "audit" / "export" / "words.toml")
#: Where each function that says a text has it: the place of the first, and how many follow.
SAYING = {"say": (0, 1), "counted": (1, 2), "retold": (1, 99)}
#: Names in the answer of a plan that its page says.
PLAN_NAMES = (
    "as the file states", "the next start of work at the site", "turbines", "transformers", "queue", "cover of debt service",
    "loan to cost", "borrowing is in the means",
)  # fmt: skip


def _in_python() -> Iterator[tuple[str, str]]:
    """The texts that are said in Python, with their place; those of things that are counted, in both numbers."""
    for file in sorted(SOURCE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        real = {one.asname: one.name for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names if one.asname}
        for node in nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if (name := real.get(node.func.id, node.func.id)) in SAYING:
                first, count = SAYING[name]
                given = [text for arg in node.args[first : first + count] for text in _texts(arg)]
                context = [part for arg in node.args[1:2] if name == "say" for part in _texts(arg)]
                given = [BETWEEN.join((*context, text)) for text in given]
                if name == "counted" and len(given) == 1:
                    given.append(f"{given[0]}s")
                yield from ((text, f"{file.relative_to(SOURCE)}:{node.lineno}") for text in given)


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: itself, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _in_templates() -> Iterator[tuple[str, str]]:
    """The texts that are said in templates, with their place."""
    from jinja2 import Environment
    from jinja2.nodes import Call

    reader = Environment()
    for file in sorted(SOURCE.rglob("*.j2")):
        for node in reader.parse(file.read_text(encoding="utf-8")).find_all(Call):
            if getattr(node.node, "name", "") == "_" and node.args and isinstance(getattr(node.args[0], "value", None), str):
                yield node.args[0].value, f"{file.relative_to(SOURCE)}:{node.lineno}"


def _in_tables() -> Iterator[tuple[str, str]]:
    """The texts that are said by a key."""
    yield from ((one.says, f"audit/jobs/job_definitions.py:{one.name}") for one in DEFINITIONS)
    yield from ((text, "audit/jobs/jobs.py") for text in (*ROUTES, AT_PEAK, *(one.label for one in DEFINITIONS)))
    yield from ((one.what, f"audit/jobs/job_checks.py:{name}") for name, one in MEASURES.items())
    yield from ((text, "quantity/problems.py") for text in KNOWN)
    yield from ((text, "audit/money/promises.py") for text in BASES)
    yield from ((text, "cli/arguments/parser.py") for text in FAULTS)
    yield from ((text, "quantity/errors.py") for text in SYSTEM)
    yield from ((text, "quantity/dates.py") for text in NO_DATE)
    yield from ((text, "plan/build_order") for text in (POSSIBLE, EXAMPLE, *EXAMPLES.values()))
    yield from ((f"to write{BETWEEN}{what}", "cli/files.py") for what in WRITTEN)
    yield from ((text, "audit/compare/compare.py") for text in (METHOD, *(label for _, label in (*TOLD, *HEADS))))
    yield from ((OF_DRIVERS, "audit/drivers/what_moves.py"), (OF_SENSITIVITY, "audit/drivers/sensitivity.py"))
    yield APPROXIMATION, "audit/sites/facility.py"
    yield from ((text, "audit/money/cost.py") for text in (OF_COSTS, *NOTES.values(), *RENTS.values()))
    yield from ((row.statement.note.split(";")[0], "catalogue/data/price.csv") for row in load_catalogue().entries(*YARDSTICK))
    yield from ((text, "audit/sites/pools.py") for text in OF_POOLS)
    entries = [(name, row) for name in POOL_ENTRIES for row in load_catalogue().entries("lead-time", name, "supply")]
    yield from ((row.statement.note, f"catalogue/data/lead-time.csv:{name}") for name, row in entries if row.statement.note)
    yield from ((one.gives, f"cli/extras.py:{one.name}") for one in EXTRAS)
    yield from ((gives, f"cli/doctor.py:{names[0]}") for names, gives in PROGRAMS)
    for file in KEYED:
        for key, text in tomllib.loads(file.read_text(encoding="utf-8")).items():
            yield text, f"{file.relative_to(SOURCE)}:{key}"


def _in_notes() -> Iterator[tuple[str, str]]:
    """The notes of validations, and how captured posts are counted."""
    yield from ((f"a rule{BETWEEN}{rule}", "evidence/observe/amplification.py") for rule in RULES)
    yield from ((note, "audit/validation") for note in (pue.NOTE, training.NOTE, *serving.NOTES, *goodput.NOTES))


def _in_chips() -> Iterator[tuple[str, str]]:
    """What parts of training are called."""
    named = (training_report.COMPONENTS, training_report.MEMORY, training_report.CONVENTIONS, training_report.RULES)
    yield from ((f"training{BETWEEN}{text}", "report/compute/training.py") for words in named for text in words.values())
    yield from ((f"training{BETWEEN}{name}", "report/compute/training_chart.py") for name, _, _ in GROUPS)
    yield from ((f"training{BETWEEN}{name}", "api/training_notes.py") for name in ("batch", "sequence", "tokens of the run"))
    yield from ((f"serving{BETWEEN}{text}", "report/compute/serving.py") for text in serving_report.PARTS.values())
    yield from ((f"a figure{BETWEEN}{text}", "plan/serving/answer.py") for text in DOUBLED.values())
    yield from ((f"counting{BETWEEN}{text}", "audit/compute/serving.py") for text in COUNTING.values())
    yield from ((f"of requests{BETWEEN}{text}", "plan/serving/answer.py") for text in ("mean", "p50", "p99"))
    yield f"a fit{BETWEEN}all shipped runs", "catalogue/serving_fit.py"
    ranges = (*goodput_job._ALWAYS, goodput_job.STALL, goodput_job.STATE, goodput_job.STORAGE, goodput_job.COPY)
    parts = (*goodput_report.PARTS.values(), *goodput_report.CAUSES.values(), *LEFT_OUT, *(one.name for one in ranges), "nodes in reserve")
    yield from ((f"goodput{BETWEEN}{text}", "report/compute/goodput.py") for text in parts)
    yield from ((f"outside{BETWEEN}{part.words}", "audit/compute/training_range.py") for part in PARTS.values())
    others = ("runner-up", "best like measured runs", "best of all layouts", "best that fits as counted", *(one.name for one in WITHOUT))
    yield from ((f"layout{BETWEEN}{name}", "plan/layouts/search.py") for name in others)


def _in_statements() -> Iterator[tuple[str, str]]:
    """What a statement of a programme file can be of, and the kinds of catalogue data."""
    kinds = {*Part.__subclasses__(), *(kind for part in Part.__subclasses__() for kind in part.__subclasses__())}
    named = {name for kind in kinds for name, spec in kind.specs.items() if not spec.keyed}
    yield from ((f"field{BETWEEN}{name.replace('_', ' ')}", "programme/schema.py") for name in named)
    yield from ((f"catalogue{BETWEEN}{KINDS.get(name, name)}", "audit/over_time/movers.py") for name in (*CATALOGUE_KINDS, *KINDS))
    yield from ((text, "audit/over_time/movers.py") for text in (TIME, SEVERAL, TOGETHER))


def _in_files() -> Iterator[tuple[str, str]]:
    """What faults of a programme file call its parts and say of what must be there; columns of a weather file."""
    from stargauge.catalogue import weather_forms
    from stargauge.programme import schema
    from stargauge.programme.fields import Part

    parts = [one for one in vars(schema).values() if isinstance(one, type) and issubclass(one, Part)]
    yield from ((part.called, f"programme/schema.py:{part.__name__}") for part in parts)
    yield from ((str(part.model_fields[name].description), f"programme/schema.py:{name}") for part in parts for name in part.required)
    words = (*(one.words for one in weather_forms.FIELDS.values()), *weather_forms.PLACE, *weather_forms.CALENDAR)
    yield from ((text, "catalogue/weather_forms.py") for text in words)


def _in_plans() -> Iterator[tuple[str, str]]:
    """The sentences that an answer of a plan holds, and its names: its page says them as they are."""
    for file in sorted((SOURCE / "plan" / "build_order").rglob("*.py")):
        nodes, where = list(ast.walk(ast.parse(file.read_text(encoding="utf-8")))), str(file.relative_to(SOURCE))
        made = [node.args[0] for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said" and node.args]
        named = {node.id for node in made if isinstance(node, ast.Name)}
        sets = [node.value for node in nodes if isinstance(node, ast.Assign) and {getattr(one, "id", "") for one in node.targets} & named]
        yield from ((text, where) for node in (*made, *sets) for text in _texts(node))
        notes = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == "notes_of"]
        yield from (
            (text, where)
            for note in notes
            for node in ast.walk(note)
            if isinstance(node, ast.Tuple)
            for one in node.elts
            for text in _texts(one)
        )
        yield from ((node.value, where) for node in nodes if isinstance(node, ast.Constant) and node.value in PLAN_NAMES)


def said() -> dict[str, str]:
    """Every English text with one place where it stands."""
    return dict([*_in_python(), *_in_templates(), *_in_tables(), *_in_statements(), *_in_notes(), *_in_chips(), *_in_files(), *_in_plans()])


def catalogue_of(file: Path) -> Catalog:
    """A catalogue as Babel reads it."""
    with file.open("rb") as opened:
        return read_po(opened, locale=file.stem, abort_invalid=True)


def key_of(message: Message) -> str:
    """The text of a message, after its context where it has one."""
    return BETWEEN.join(part for part in (message.context, str(message.id)) if part)


def update(file: Path) -> None:
    """Bring a catalogue up to what is said, the translations that it has kept."""
    before = {key_of(one): str(one.string) for one in catalogue_of(file) if one.id and one.string}
    made = Catalog(file.stem, header_comment="", project="Stargauge", fuzzy=False)
    for text in sorted(said()):
        context, _, english = text.rpartition(BETWEEN)
        made.add(english, before.get(text, ""), context=context or None).flags.discard("python-format")  # a percent sign is one here
    with file.open("wb") as opened:
        write_po(opened, made, width=0, omit_header=True)


if __name__ == "__main__":
    for name in sorted(CATALOGUES.glob("*.po")):
        if "--untranslated" in sys.argv:
            print("\n".join(key_of(one) for one in catalogue_of(name) if one.id and not one.string))
        else:
            update(name)
