"""How a server is set up: where it listens, whose files it shows, who may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Settings:
    """`folder`: the user's programme files. `evidence`: an evidence folder. `token`: what a reader beyond this machine has to show.
    `hosts`: further names by which it is asked for, such as that of a proxy before it.

    `workers`: processes that compute. `upload_bytes`: the largest body of a request. `kept_bytes`: how much of what was made is kept.
    `job_seconds`: how long one thing may take. `warm`: the programme of the examples is made ready before anybody asks. `per_second`,
    `at_once`: how much one reader may have made; what is kept costs nothing.
    """

    folder: Path = field(default_factory=Path.cwd)
    host: str = "127.0.0.1"
    port: int = 8347
    evidence: Path | None = None
    token: str = ""
    workers: int = 2
    upload_bytes: int = 4 * 2**20
    kept_bytes: int = 128 * 2**20
    hosts: tuple[str, ...] = ()
    job_seconds: float = 300.0
    warm: bool = False
    per_second: float = 20.0
    at_once: float = 200.0

    @property
    def local(self) -> bool:
        """Whether only this machine can ask. A server that answers by another name stands behind something that lets others in."""
        return self.host in LOOPBACK and not self.hosts
