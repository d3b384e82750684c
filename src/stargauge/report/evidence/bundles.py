"""A bundle of evidence with the receipt in both languages as its text to read first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stargauge.audit.wording.languages import LANGUAGES
from stargauge.report.evidence.receipt import receipt, render_text, words_of_receipt

if TYPE_CHECKING:
    from stargauge.evidence.bundle import Bundle
    from stargauge.evidence.workspace import Workspace

#: What is said of a target after it was captured.
_LATER = ("observation", "state")


def later_of(workspace: Workspace, targets: set[str], first: int) -> list[int]:
    """What was found of these targets after the first of the entries."""
    return sorted(
        entry.index for target in targets for entry in workspace.entries(target=target) if entry.index > first and entry.kind in _LATER
    )


def bundle_with_words(workspace: Workspace, named: list[int], later: list[int], name: str) -> Bundle:
    """Entries of a workspace as a bundle of that file name."""
    from stargauge.evidence.proving import check
    from stargauge.evidence.stamping import bundle_of

    made = bundle_of(workspace, named, later)
    shown = check(made, workspace.verifiers())
    texts = (f"{words_of_receipt(language)['unproved']}\n\n{render_text(receipt(shown, name, language))}" for language in LANGUAGES)
    return replace(made, words="\n\n".join(texts))
