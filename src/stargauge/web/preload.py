"""What every worker needs, loaded once in the process they are forked from: no thread may be running there."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import stargauge.api
import stargauge.report.html
import stargauge.web.pages
import stargauge.web.view

#: The templates of the first page, compiled before anybody asks for it.
FIRST = ("base.html.j2", "programmes.html.j2", "macros.html.j2")


def load() -> None:
    """The model's graph, the catalogue and the templates; at once where they are loaded already."""
    from stargauge.engine.simulate import model_graph
    from stargauge.web.view import templates

    model_graph()
    stargauge.api.catalogue()
    for name in FIRST:
        templates().get_template(name)


load()
