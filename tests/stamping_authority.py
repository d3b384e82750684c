"""A time-stamping authority of our own, made with openssl, for tests: root, signing certificate, answers to requests."""

from __future__ import annotations

import subprocess
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
[name]
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = yes
ess_cert_id_alg = sha256
[extensions]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
"""


def openssl(*words: object, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """openssl as a user would run it."""
    return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, check=False)


class Authority:
    """An authority in a folder; `root` is the certificate that its readers trust."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.config, self.root = folder, folder / "tsa.cnf", folder / "root.pem"
        self.config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
        (folder / "serial").write_text("01\n", encoding="ascii")
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "root.key", "-out", self.root, "-days", "30",
                  "-subj", "/CN=Orchard Root", "-config", self.config, "-extensions", "root")  # fmt: skip
        self._run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
                  "-subj", "/CN=Orchard Stamps", "-config", self.config)  # fmt: skip
        self._run("x509", "-req", "-in", folder / "tsa.csr", "-CA", self.root, "-CAkey", folder / "root.key", "-CAcreateserial",
                  "-out", folder / "tsa.pem", "-days", "30", "-extfile", self.config, "-extensions", "extensions")  # fmt: skip

    def answer(self, request: bytes) -> bytes:
        """The answer to a request, DER."""
        (self.folder / "query.tsq").write_bytes(request)
        self._run("ts", "-reply", "-queryfile", self.folder / "query.tsq", "-out", self.folder / "answer.tsr",
                  "-config", self.config, "-section", "one")  # fmt: skip
        return (self.folder / "answer.tsr").read_bytes()

    def accepts(self, token: bytes, data: bytes) -> bool:
        """Whether openssl, given the root, accepts a token over bytes."""
        (self.folder / "given.tsr").write_bytes(token)
        (self.folder / "given.bin").write_bytes(data)
        done = openssl("ts", "-verify", "-data", self.folder / "given.bin", "-in", self.folder / "given.tsr", "-CAfile", self.root)
        return done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr

    def _run(self, *words: object) -> None:
        done = openssl(*words)
        assert done.returncode == 0, done.stderr.decode()
