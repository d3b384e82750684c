"""Parts of a programme whose reading is noted."""

from __future__ import annotations

import pickle

from stargauge import api
from stargauge.programme.watched import noting, watched


def test_a_watched_programme_can_be_sent_to_another_process() -> None:
    """Where threads run beside us, processes are started fresh and get what they need by pickle."""
    programme = api.load("xai-colossus-1")
    there = pickle.loads(pickle.dumps(watched(programme)))
    assert repr(there) == repr(programme)
    with noting() as read:
        _ = there.sites["colossus-1"].phases
    assert "phases" in read
