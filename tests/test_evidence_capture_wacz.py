"""Captures as WACZ: complete, the same each time, read back by ourselves and accepted by the reference tool where it is there."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.capture_servers import page, redirect, serving
from tests.kept import Kept
from tests.test_evidence_capture_entry import HERE

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from warcio.archiveiterator import ArchiveIterator

from stargauge.evidence.capture.capture import Options, capture
from stargauge.evidence.capture.supplied import read_supplied
from stargauge.evidence.capture.wacz import export, sort_key
from stargauge.quantity.errors import InputError


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Two pages, one behind a redirect, and a picture that was handed in."""
    archive = Kept()
    picture = tmp_path_factory.mktemp("files") / "a.pdf"
    picture.write_bytes(b"%PDF-1.7 %%EOF")
    with serving({"/a": redirect("/b"), "/b": page("<title>Ünï</title><p>Two"), "/c": page("<p>gone", "404 Not Found")}) as server:
        for at, path in enumerate(("/c", "/a")):
            when = datetime(2025, 1, 22, 12, at, tzinfo=UTC)
            capture(archive, server.base + path, "web", replace(HERE, clock=lambda when=when: when))
    capture(archive, "https://x.example/1", "supplied", Options(file=picture, clock=lambda: datetime(2025, 1, 23, tzinfo=UTC)))
    return archive


def test_every_part_is_stored_listed_and_hashed(kept: Kept) -> None:
    data = export(kept, kept.entries())
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert all(one.compress_type == zipfile.ZIP_STORED for one in made.infolist())
        package = json.loads(made.read("datapackage.json"))
        assert package["wacz_version"] == "1.1.1" and package["profile"] == "data-package" and package["created"] == "2025-01-23T00:00:00Z"
        listed = {one["path"]: one for one in package["resources"]}
        assert set(made.namelist()) == {*listed, "datapackage.json", "datapackage-digest.json"}
        for path, one in listed.items():
            assert one["hash"] == f"sha256:{hashlib.sha256(made.read(path)).hexdigest()}" and one["bytes"] == len(made.read(path))
        digest = json.loads(made.read("datapackage-digest.json"))
        assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(made.read('datapackage.json')).hexdigest()}"}
        head, *pages = [json.loads(line) for line in made.read("pages/pages.jsonl").splitlines()]
        assert head["format"] == "json-pages-1.0" and [one["text"] for one in pages] == ["gone", "Two", ""] and pages[1]["title"] == "Ünï"
    assert export(kept, kept.entries()) == data


@pytest.mark.parametrize("packed", [True, False])
def test_a_web_archive_that_was_handed_in_goes_on_as_it_came(kept: Kept, tmp_path: Path, packed: bool) -> None:
    entry = next(kept.entries())
    warc = kept.payload(entry, "warc")
    (tmp_path / "a.warc").write_bytes(warc if packed else gzip.decompress(warc))
    archive = Kept()
    capture(archive, "", "supplied", Options(file=tmp_path / "a.warc"))
    made = read_supplied(export(archive, archive.entries()), "again.wacz")
    assert made.documents == 1 and made.status == 404 and made.text is not None and made.text.text == "gone"
    with zipfile.ZipFile(io.BytesIO(export(archive, archive.entries()))) as part:
        line = gzip.decompress(part.read("indexes/index.cdx.gz")).decode().splitlines()[0]
        about = json.loads(line.split(" ", 2)[2])
        start = int(about["offset"])
        record = part.read(f"archive/{about['filename']}")[start : start + int(about["length"])]
        assert next(iter(ArchiveIterator(io.BytesIO(record)))).rec_type == "response"


def test_the_index_leads_to_each_record(kept: Kept) -> None:
    with zipfile.ZipFile(io.BytesIO(export(kept, kept.entries()))) as made:
        lines = gzip.decompress(made.read("indexes/index.cdx.gz")).decode().splitlines()
        assert lines == sorted(lines) and len(lines) == 4
        for line in lines:
            key, stamp, rest = line.split(" ", 2)
            about = json.loads(rest)
            start, size = int(about["offset"]), int(about["length"])
            part = made.read(f"archive/{about['filename']}")[start : start + size]
            record = next(iter(ArchiveIterator(io.BytesIO(part))))
            assert record.rec_headers.get_header("WARC-Target-URI") == about["url"] and key == sort_key(about["url"]) and len(stamp) == 14
            assert about.get("status", "") in ("404", "302", "200", "") and record.rec_type in ("response", "resource")
        first = made.read("indexes/index.idx").decode().splitlines()[1]
        assert first.startswith(" ".join(lines[0].split(" ")[:2]))


def test_we_read_what_we_wrote(kept: Kept) -> None:
    made = read_supplied(export(kept, kept.entries()), "all.wacz")
    assert made.kind == "wacz" and made.documents == 3 and made.facts["pages"] == 3


@pytest.mark.slow  # a tool of others, which brings fifty packages
def test_the_reference_tool_accepts_it(kept: Kept, tmp_path: Path) -> None:
    tool = os.environ.get("STARGAUGE_WACZ") or shutil.which("wacz")
    if not tool:
        pytest.skip("the reference tool wacz is not installed (STARGAUGE_WACZ names it)")
    (tmp_path / "all.wacz").write_bytes(export(kept, kept.entries()))
    made = subprocess.run([tool, "validate", "-f", str(tmp_path / "all.wacz")], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0 and "Validation succeeded" in made.stdout, made.stdout + made.stderr


def test_what_cannot_be_exported_is_told(kept: Kept) -> None:
    other = Kept()
    note = other.add("observation", "x", {})
    with pytest.raises(InputError, match="O-0 is no capture"):
        export(other, [note])
    with pytest.raises(InputError, match="no captures"):
        export(other, [])


@pytest.mark.parametrize(
    ("url", "key"),
    [("https://www.Example.COM/A?b=2&a=1", "com,example)/a?a=1&b=2"), ("http://a.b.example:8080", "example,b,a:8080)/"), ("urn:x:Y z",
     "urn:x:y%20z")],
)  # fmt: skip
def test_keys_of_the_index(url: str, key: str) -> None:
    assert sort_key(url) == key
