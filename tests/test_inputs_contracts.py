"""Where contracts are served from: never from sites of a programme that their provider has no part in."""

from __future__ import annotations

from tests.real_worlds import NOW, known_of

from stargauge.inputs.revenue import line_serves


def test_a_provider_without_site_or_pledge_serves_from_elsewhere() -> None:
    known = known_of("stargate", NOW)
    cells = iter(line_serves(known))
    served: dict[str, set[str]] = {line.id: set() for line in known.lines}
    for site in known.sites:
        for line in known.lines:
            if next(cells).value == 1.0:
                served[line.id].add(site.id)
    assert served["openai-microsoft"] == served["openai-coreweave"] == set()
    assert served["openai-oracle"] == {"shackelford", "dona-ana", "port-washington", "saline"}, "sites committed to since the pledge"
    assert served["openai-abilene"] == {"abilene"}
    assert served["oracle-lease-abilene"] == {"abilene"}
