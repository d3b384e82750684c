"""Programs that we did not write read what we write: OpenSSL checks our signatures, Go's checksum database our log and proofs."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from stargauge.evidence.items import Item
from stargauge.evidence.log.note import Signer, parted
from stargauge.evidence.workspace import Workspace

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL = "https://example.org/post/1"
#: What stands before the 32 bytes of an Ed25519 public key in the form that OpenSSL reads (RFC 8410).
DER = bytes.fromhex("302a300506032b6570032100")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed")
def test_openssl_accepts_the_signature_of_a_checkpoint(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "kept") as made:
        made.add("capture", URL, {}, {"body": b"x"})
        text, signatures = parted(made.checkpoint()[1])
        (tmp_path / "key").write_bytes(DER + made.verifiers()[-1].public)
    (tmp_path / "signature").write_bytes(signatures[0].signature)

    def verified(message: str) -> bool:
        (tmp_path / "message").write_text(message, newline="")
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature"
        return subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert verified(text) and not verified(text.replace("\n2\n", "\n3\n"))


@pytest.mark.slow
def test_go_reads_a_log_and_a_proof_of_ours(tmp_path: Path) -> None:
    """With the tree and note packages that Go's own tool holds; STARGAUGE_GO names the `go` command where it is not on the path."""
    go = os.environ.get("STARGAUGE_GO") or shutil.which("go")
    if not go:
        pytest.skip("Go is not installed")
    root = Path(subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip())
    module = tmp_path / "reader"
    shutil.copytree(Path(__file__).with_name("go_reader"), module)
    for part in ("note", "tlog"):
        shutil.copytree(root / "src/cmd/vendor/golang.org/x/mod/sumdb" / part, module / "mod" / "sumdb" / part)
    (module / "mod" / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.22\n")
    (module / "go.mod").write_text("module reader\n\ngo 1.22\n\nrequire golang.org/x/mod v0.0.0\n\nreplace golang.org/x/mod => ./mod\n")
    subprocess.run([go, "build", "-o", "reader", "."], cwd=module, check=True, env={**os.environ, "GOFLAGS": "-mod=mod"})

    def read(*more: str) -> subprocess.CompletedProcess[str]:
        command = [str(module / "reader"), str(made.log.folder), key, *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    with Workspace.init(tmp_path / "kept", "evidence.example.org/desk") as made:
        key = made.verifiers()[-1].text
        for count in (1, 254, 1, 500, 1, 66_000):
            made.add_many([Item("observation", URL, {"n": n}) for n in range(count)])
            proof = tmp_path / "one.tlog-proof"
            proof.write_text(made.proof(made.entry(count // 2)).text)
            answer = read(str(proof), str(count // 2))
            size, root_hash = len(made), base64.b64encode(made.checkpoint()[0].root).decode()
            assert answer.stdout == f"{size} entries, root {root_hash}\n", answer.stderr
            assert read(str(proof), str(count // 2 + 1)).returncode != 0
        key = Signer.new(made.origin).verifier.text
        assert read().returncode != 0
        key = made.verifiers()[-1].text
        tile = made.log.folder / "tile" / "0" / "000"
        tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
        assert read().returncode != 0
