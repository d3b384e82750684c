"""Pages that are made from the code hold all of it, every page of the site has its place, and the built site stands on its own."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.test_packaging_files import ROOT

pytest.importorskip("fastapi")
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import answers_page  # noqa: E402
import api_page  # noqa: E402
import catalogue_page  # noqa: E402
import cli_page  # noqa: E402
import file_page  # noqa: E402
import gallery  # noqa: E402
import generated  # noqa: E402
import limits_page  # noqa: E402
import model_page  # noqa: E402
import offline  # noqa: E402
import python_page  # noqa: E402
import readable  # noqa: E402

import stargauge  # noqa: E402
from stargauge import api  # noqa: E402
from stargauge.api import schemas  # noqa: E402
from stargauge.audit.claims.language import parse  # noqa: E402
from stargauge.audit.claims.verdict import STATUSES  # noqa: E402
from stargauge.audit.wording.messages import ENGLISH  # noqa: E402
from stargauge.engine.simulate import model_graph  # noqa: E402
from stargauge.programme.fields import STATEMENT_KEYS  # noqa: E402
from stargauge.programme.load import json_schema  # noqa: E402


def sections(page: str, level: int) -> dict[str, str]:
    """The sections of a page by their headings."""
    parts = re.split(rf"^{'#' * level} (.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# --- what is made from the code ---------------------------------------------------------------------------------------------------------


def test_every_command_and_option_is_on_the_page_of_commands() -> None:
    page = cli_page.page()
    commands = cli_page.commands()
    headed = {**sections(page, 2), **sections(page, 3)}
    assert len(commands) > 50 and {"check", "evidence capture"} <= set(commands) <= set(headed)
    for name, made in commands.items():
        told = headed[name]
        for written, _ in cli_page.options(made):
            flag = written.split(" ")[0] if written.startswith("--") else written
            assert generated.code(written) in told or generated.code(flag) in told, f"{name} {written}"


def test_the_page_of_commands_says_the_exit_codes_and_the_environment() -> None:
    assert [code for code, _ in cli_page.exit_codes()] == ["0", "1", "2", "3"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert set(re.findall(r"\bSTARGAUGE_[A-Z]+|\bNO_COLOR\b", source)) == set(cli_page.ENVIRONMENT)


def test_every_address_and_parameter_is_on_the_page_of_the_api() -> None:
    page = api_page.page()
    headed = sections(page, 3)
    assert {path.removeprefix("/api") for path in api_page.routes()} == set(headed)
    for path, made in api_page.routes().items():
        told = headed[path.removeprefix("/api")]
        assert not [one["name"] for one in made.get("parameters", []) if f"`{one['name']}`" not in told], path


def test_every_key_of_the_file_is_on_the_page_of_the_file() -> None:
    page = file_page.page()
    headed = sections(page, 2)
    schema = json_schema()
    kinds = {kind.__name__: headed[kind.called[:1].upper() + kind.called[1:]] for kind in file_page.parts()}
    assert set(schema["$defs"]) - {"statement"} == set(kinds) - {"Programme"}
    for name, told in kinds.items():
        keys = (schema if name == "Programme" else schema["$defs"][name])["properties"]
        assert not [key for key in keys if f"\n`{key}`\n: " not in told], name
    assert not [key for key in STATEMENT_KEYS if f"| `{key}` |" not in headed["A statement"]]


def test_every_table_column_and_source_is_on_the_page_of_the_catalogue() -> None:
    page = catalogue_page.page()
    headed = sections(page, 3)
    for file in catalogue_page.files():
        if file == "sources.csv":
            continue
        told, rows = headed[file.removesuffix(".csv")], catalogue_page.rows(file)
        assert f"{len(rows):,} rows" in told and not [column for column in rows[0] if f"`{column}`" not in told]
    assert not [row["id"] for row in catalogue_page.rows("sources.csv") if f'<span id="source-{row["id"]}">' not in page]
    linked = set(re.findall(r'href="#source-([^"]+)"', page))
    assert linked <= {row["id"] for row in catalogue_page.rows("sources.csv")} and len(linked) > 100
    assert not set(catalogue_page.ROWS) - set(catalogue_page.files())


def test_every_quantity_is_on_the_page_of_the_model() -> None:
    headed = sections(model_page.page(), 3)
    assert set(headed) >= set(model_graph().quantities)
    assert set(re.findall(r"\]\(#(\w+)\)", model_page.page())) <= set(headed)


def test_every_public_function_is_on_the_page_of_python() -> None:
    headed = sections(python_page.page(), 2)
    assert set(headed) == set(stargauge.__all__) and "as_of: " in headed["check"]


def test_every_limit_on_what_is_handed_in_is_on_the_page_of_limits() -> None:
    """A constant that is called a limit, in a folder that takes what others made, is in the table or known to be none of size."""
    listed = {(one.module, one.name) for group in limits_page.GROUPS.values() for one in group}
    others = {
        ("api.what_ifs", "MOST_CHANGED"),  # kept for the next question
        ("evidence.observe.pace", "MOST_TIMES"),  # of a pause
        ("evidence.observe.watch", "MOST_FOLLOW_UPS"),  # checks that we make of our own accord
        ("web.pages.why", "MOST_LISTED"),  # shown at once
    }
    found = set()
    for folder in ("programme", "catalogue", "evidence", "reading", "api", "web", "cli"):
        for path in (ROOT / "src" / "stargauge" / folder).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT / "src" / "stargauge").with_suffix("").parts)
            names = re.findall(r"^((?:[A-Z_]+, )*[A-Z_]+) = ", path.read_text(encoding="utf-8"), re.MULTILINE)
            each = (name for line in names for name in line.split(", "))
            found |= {(module, name) for name in each if re.match(r"(MOST|MAX|LARGEST|LONGEST)(_|$)", name)}
    assert {one for one in found if isinstance(getattr(import_module(f"stargauge.{one[0]}"), one[1]), int | float)} <= listed | others
    assert all(limits_page.value_of(one) > 0 for group in limits_page.GROUPS.values() for one in group)
    assert (
        limits_page.shown(2_000_000, "B") == "2,000,000 bytes"
        and limits_page.shown(4 * 2**20, "B") == "4 MiB"
        and limits_page.shown(1e60) == "10⁶⁰"
    )


def test_the_functions_of_python_answer_as_the_page_says() -> None:
    left: dict[str, Any] = {}
    exec("".join(re.findall(r"```python\n(.*?)```", python_page.HEAD, re.DOTALL)), left)
    assert left["first"]["readings"]


def test_the_page_on_claims_names_every_answer_and_every_word_of_odds() -> None:
    page = (DOCS / "how-claims-are-read.md").read_text(encoding="utf-8")
    assert not [status for status in STATUSES if f"*{status}*" not in page]
    assert not [word for word in ENGLISH.likelihoods if f"| {word} |" not in page]
    readings = [code for code in re.findall(r"^\| `(.*?)` \| ", page, re.MULTILINE) if "(" in code or " by " in code or ">=" in code]
    assert len(readings) == 7
    for reading in readings:
        parse(reading)


def test_the_model_book_names_quantities_that_there_are() -> None:
    named = set(re.findall(r"`([a-z0-9]+_[a-z0-9_]+)`", (DOCS / "model-book.md").read_text(encoding="utf-8")))
    assert len(named) >= 8 and named <= set(model_graph().quantities)


def test_every_answer_has_its_section_with_its_parts() -> None:
    told = sections(answers_page.page(), 2)
    assert set(told) == set(schemas.names())
    for part in schemas.answer_schema("check")["properties"]:
        assert f"| `{part}` | " in told["check"], part
    assert "| `dispute` | list of objects | " in told["check"] and "| `given` | object, *at times* | " in told["check"]
    assert "A list; of each of its items" in told["catalogue"] and "By the name of each" in told["catalogue-kinds"]


def test_pages_get_what_their_theme_leaves_out() -> None:
    made = '<p class="caption" role="heading">x</p><aside class="toc-drawer"><pre>y</pre><div class="table-wrapper docutils container">'
    once = readable.mended(made)
    assert 'aria-level="2"' in once and 'aria-label="This page"' in once and once.count('tabindex="0"') == 2
    assert readable.mended(once) == once


# --- the gallery ------------------------------------------------------------------------------------------------------------------------


def test_a_card_of_the_gallery_is_the_answer_of_a_check(tmp_path: Path) -> None:
    made = gallery.card("xai-colossus-1", tmp_path)
    answer = api.check("xai-colossus-1", as_of=gallery.AS_OF, draws=gallery.DRAWS).to_dict()
    assert made["headline"] == answer["headline"] and made["claims"] == len(answer["claims"])
    for name in ("pictures/xai-colossus-1.svg", "pictures/xai-colossus-1-narrow.svg", "reports/xai-colossus-1.html",
                 "reports/xai-colossus-1.de.html"):  # fmt: skip
        assert (tmp_path / name).stat().st_size > 5000
    for ending, language in ((".html", "en"), (".de.html", "de")):
        assert f'<html lang="{language}"' in (tmp_path / f"reports/xai-colossus-1{ending}").read_text(encoding="utf-8")
        assert f'href="reports/xai-colossus-1{ending}"' in gallery.page([made])
    page = gallery.page([made])
    assert made["headline"].split(" (")[0] in page and 'href="reports/xai-colossus-1.html"' in page
    assert not list(offline.faults(tmp_path / "reports"))


def test_the_gallery_shows_every_shipped_programme() -> None:
    assert set(gallery.names()) == set(api.shipped()) and gallery.names()[0] == "stargate"


# --- the site ---------------------------------------------------------------------------------------------------------------------------


def trees(file: Path) -> list[str]:
    """The pages that a page puts below itself."""
    blocks = re.findall(r"```\{toctree\}\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip() and not line.startswith(":")]


def test_every_page_has_one_place_in_the_site() -> None:
    made = [name.removesuffix(".md") for name in (*generated.pages(), "gallery.md")]
    written = [path.stem for path in DOCS.glob("*.md")] + ["decisions/README"]
    below = [page for path in DOCS.glob("*.md") for page in trees(path)]
    assert sorted(below) == sorted({*written, *made} - {"index"})


def test_what_is_made_at_a_build_is_kept_out_of_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {f"docs/{name}" for name in (*generated.pages(), "gallery.md", "_made/", "_build/")} <= set(ignored)


def test_the_schemas_to_download_are_those_of_the_code() -> None:
    made = gallery.schemas()
    assert made["programme.schema.json"] == json_schema() and made["openapi.json"]["info"]["title"] == "Stargauge"
    pages = file_page.page() + api_page.page() + answers_page.page()
    assert not [name for name in made if f'href="schemas/{name}"' not in pages]


def test_a_site_that_fetches_or_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<link rel="stylesheet" href="a.css"><script src="https://cdn.example/x.js"></script><a href="b.html#there">b</a>'
        '<a href="b.html#gone">b</a><a href="c.html">c</a><a href="https://example.org">out</a><img src="b.html">',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<h1 id="there">b</h1>', encoding="utf-8")
    (tmp_path / "a.css").write_text("@font-face { src: url(//fonts.example/f.woff) }", encoding="utf-8")
    assert list(offline.faults(tmp_path)) == [
        "a.css: fetches //fonts.example/f.woff", "a.html: fetches https://cdn.example/x.js", "a.html: leads nowhere: b.html#gone",
        "a.html: leads nowhere: c.html",
    ]  # fmt: skip
