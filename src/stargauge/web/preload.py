"""What every worker needs, loaded once in the process they are forked from: no thread may be running there."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import stargauge.api
import stargauge.web.pages
import stargauge.web.view  # noqa: F401
