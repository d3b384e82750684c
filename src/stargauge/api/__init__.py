"""The one place where a run is composed: the command line, the report, the web and Python call these functions and get the same answer.

`programmes` reads what was announced, `runs` runs it; every other module composes one kind of answer from these two.
"""

from __future__ import annotations

import stargauge
from stargauge import __version__
from stargauge.api.accuracy import backtest, backtest_money, calibrate, validate
from stargauge.api.answers import Check, check, held_captures
from stargauge.api.briefs import brief
from stargauge.api.comparisons import compare
from stargauge.api.definitions import definitions
from stargauge.api.drivers import drivers
from stargauge.api.explanations import explain_reading, is_claim, what_changed
from stargauge.api.exports import Export, export
from stargauge.api.facility import facility
from stargauge.api.fleet import compute
from stargauge.api.flows import sources_and_uses
from stargauge.api.goodput import goodput
from stargauge.api.gpu import calibrate_gpu, gpu_curve
from stargauge.api.hours import hours
from stargauge.api.imports import import_statements
from stargauge.api.needs import needs
from stargauge.api.plan import plan
from stargauge.api.programmes import RecordTooThin, catalogue, first_known, ids_of, known, load, shipped
from stargauge.api.reasons import cost, explain, sensitivity
from stargauge.api.runs import DRAWS, asked_of, audit, condition, simulate
from stargauge.api.sections import finance, jobs, money, schedule
from stargauge.api.serving import infer
from stargauge.api.sites import site, sites
from stargauge.api.sources import sources
from stargauge.api.supply import power
from stargauge.api.sweep import Sweep, sweep
from stargauge.api.system import system
from stargauge.api.together import together
from stargauge.api.tracks import odds
from stargauge.api.training import train
from stargauge.api.what_ifs import Movable, movable
from stargauge.api.workbooks import workbook
from stargauge.audit.backtest.backtest import Backtest
from stargauge.audit.compare.compare import Comparison
from stargauge.audit.jobs.jobs import Jobs
from stargauge.audit.money.money import Money
from stargauge.audit.money.site_finance import SiteFinance
from stargauge.audit.summary import HEADLINES
from stargauge.audit.validation.slip_validation import Validation
from stargauge.catalogue.load import Catalogue
from stargauge.engine.result import Result
from stargauge.programme.importing import Import
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme

__all__ = [
    "DRAWS",
    "HEADLINES",
    "Backtest",
    "Catalogue",
    "Check",
    "Comparison",
    "Export",
    "Import",
    "Jobs",
    "Known",
    "Money",
    "Movable",
    "Programme",
    "RecordTooThin",
    "Result",
    "SiteFinance",
    "Sweep",
    "Validation",
    "__version__",
    "asked_of",
    "audit",
    "backtest",
    "backtest_money",
    "brief",
    "calibrate",
    "calibrate_gpu",
    "catalogue",
    "check",
    "compare",
    "compute",
    "condition",
    "cost",
    "definitions",
    "drivers",
    "explain",
    "explain_reading",
    "export",
    "facility",
    "finance",
    "first_known",
    "goodput",
    "gpu_curve",
    "held_captures",
    "hours",
    "ids_of",
    "import_statements",
    "infer",
    "is_claim",
    "jobs",
    "known",
    "load",
    "money",
    "movable",
    "needs",
    "odds",
    "plan",
    "power",
    "schedule",
    "sensitivity",
    "shipped",
    "simulate",
    "site",
    "sites",
    "sources",
    "sources_and_uses",
    "sweep",
    "system",
    "together",
    "train",
    "validate",
    "what_changed",
    "workbook",
]  # fmt: skip

# The packages `audit` and `catalogue` bear the names of public functions; whoever asks the package for them means the functions.
for _name in stargauge.__all__:
    setattr(stargauge, _name, globals()[_name])
