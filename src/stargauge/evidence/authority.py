"""Asking a time-stamping authority over the network, when the user names one."""

from __future__ import annotations

import time

from stargauge.evidence.timestamp import MOST_BYTES
from stargauge.quantity.errors import InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

#: Seconds without a sign of life, and seconds in all.
_SILENCE, _IN_ALL = 20.0, 60.0


def answer_of(url: str, request: bytes) -> bytes:
    """The authority's answer to a request (RFC 3161 3.4). Raises InputError where it does not come."""
    import httpx

    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    begun = time.monotonic()
    try:
        with httpx.stream("POST", url, content=request, headers=headers, timeout=_SILENCE, follow_redirects=False, trust_env=False) as said:
            if said.status_code != 200:
                raise InputError(say("{url} answered {status_code}; expected 200 and a time stamp", url=url, status_code=said.status_code))
            made = b""
            for part in said.iter_bytes():
                made += part
                if time.monotonic() - begun > _IN_ALL:
                    raise InputError(say("{url} did not finish its answer within {in_all:.0f} seconds", url=url, in_all=_IN_ALL))
                if len(made) > MOST_BYTES:
                    raise InputError(
                        say("{url} sent more than {most_bytes:,} bytes; a time stamp is smaller", url=url, most_bytes=MOST_BYTES)
                    )
            return made
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InputError(
            say(
                "{url} could not be asked: {error}; write the request with --request FILE and send it by other means",
                url=url,
                error=problem(str(error)),
            )
        ) from None
