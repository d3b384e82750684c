"""Where a statement stands: file and line of the programme, of what is laid over it, or of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.places import Place, place_of
from stargauge.programme.load import SHIPPED
from stargauge.programme.positions import Document
from stargauge.programme.schema import Programme
from stargauge.quantity.statement import Statement


@dataclass(frozen=True)
class Places:
    """The files in which statements stand: those of a programme, what is laid over it last first, and those of the catalogue."""

    programme: Programme
    catalogue: Catalogue

    def of(self, said: Statement) -> Place | None:
        """File and line of a statement; no line where it came from no file; None where nothing holds it."""
        found = place_of(said, self.catalogue)
        return found if found is not None else self._of(said.path)

    def _of(self, path: str) -> Place | None:
        for document in reversed(self.programme.documents) if path else ():
            if place := document.written(path):
                return Place(_named(document), place[0])
            if not document.text and path and _holds(document, path):
                return Place(document.file)
        return None

    def text(self, said: Statement) -> str:
        """`stargate/sites.yaml:214`; the file alone where there is no line, the path where there is no file."""
        place = self.of(said)
        return said.path if place is None else f"{place.file}:{place.line}" if place.line else place.file


def _holds(document: Document, path: str) -> bool:
    """Whether a mapping given from Python holds what a path says: keys with dots in them end it."""
    at = document.data
    for step in path.split("[", 1)[0].split("."):
        if not isinstance(at, dict) or step not in at:
            return isinstance(at, dict) and any(key.startswith(step) for key in at)
        at = at[step]
    return True


def _named(document: Document) -> str:
    """A shipped file from the folder of programmes on, any other as it was asked for."""
    file = Path(document.file)
    return str(file.relative_to(SHIPPED)) if SHIPPED in file.parents else document.file
