"""What chips can do, in the browser and as JSON: the same numbers, words and pictures as the commands; faults at their fields."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from urllib.request import urlopen

import pytest

pytest.importorskip("fastapi", reason="the web extra is not installed")

from tests.web_server import PHONE, Browser, sound, wider_than_screen

import stargauge.web.pages  # noqa: F401 - enters the pages
from stargauge.cli.main import main
from stargauge.report.compute import goodput_page, serving_chart, training_page
from stargauge.web import chips
from stargauge.web.asked import Asked
from stargauge.web.routes import PAGES
from stargauge.web.work import Job, Made, do

#: A small question of each kind, that takes no second.
ASKED: dict[str, dict[str, str]] = {
    "train": {"model": "llama3-8b", "cluster": "64xh100"},
    "infer": {"model": "llama-3.3-70b", "chip": "h100", "tpot": "50ms", "accelerators": "8", "disaggregated": "false"},
    "goodput": {"cluster": "1024xh100", "model": "llama3-8b", "days": "2", "simulate": "16"},
}


#: The same as it is read.
AS_READ = {name: chips.read(name, asked)[0] for name, asked in ASKED.items()}


def made(name: str, kind: str = "page", figure: str = "", ending: str = "", language: str = "en", **asks: str) -> Made:
    taken = {key: asks.get(key, "") for key in PAGES[f"chips.{name}"].asks}
    return do(Job(kind, f"chips.{name}", Asked(language=language), f"/chips/{name}", taken, figure=figure, ending=ending))


def text_of(page: Made) -> str:
    assert not page.faults, page.faults
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.body.decode()))).replace("\u00a0", " ")


def answered(name: str, **asks: str) -> Any:
    job = Job("answer", name, Asked(), arguments=asks)
    return json.loads(do(job).body)


def printed(capsys: pytest.CaptureFixture[str], name: str, asked: dict[str, str], *more: str) -> str:
    options = [f"--{key.replace('_', '-')}={value}" for key, value in asked.items() if value != "false"]
    options += [f"--no-{key}" for key, value in asked.items() if value == "false"]
    assert main([name, *options, *more]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ASKED)
def test_the_api_says_what_the_command_prints(web: str, capsys: pytest.CaptureFixture[str], name: str) -> None:
    with urlopen(f"{web}/api/{name}?{urlencode(ASKED[name])}") as answer:
        assert json.load(answer) == json.loads(printed(capsys, name, ASKED[name], "--json"))


@pytest.mark.parametrize("name", ASKED)
def test_a_page_says_what_the_command_says(capsys: pytest.CaptureFixture[str], name: str) -> None:
    page = made(name, **ASKED[name])
    said = text_of(page)
    lines = printed(capsys, name, ASKED[name])
    sentence = re.split(r"\n(?=[A-Z0-9])", lines, maxsplit=1)[0] if name == "train" else lines.partition(". ")[0]
    first = " ".join(sentence.split())[:120].rsplit(" ", 1)[0]
    assert first in said
    split = (re.split(r" {2,}", line.strip()) for line in lines.splitlines())
    rows = [cells for cells in split if len(cells) > 2 and cells[1][:1].isdigit() and not cells[0].startswith("TP")]
    assert len(rows) > 5  # those of layouts with more memory left stand in the picture's table, to a digit more
    assert [cells for cells in rows if not all(cell in said for cell in cells[1:] if re.fullmatch(r"[\d.,]+( %| m?s)?", cell))] == []


@pytest.mark.parametrize("name", ASKED)
def test_pictures_are_those_that_the_command_writes(name: str) -> None:
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    more = {"pareto": True} if name == "train" else {}
    data = answered(name, **{**AS_READ[name], **more})
    pictures = {"train": training_page.pictures_of, "infer": serving_chart.pictures, "goodput": goodput_page.pictures_of}[name](data)
    assert len(pictures) > 1
    for file, drawn in pictures.items():
        figure = file.removesuffix(".svg")
        got = made(name, "figure", figure, "svg", **ASKED[name])
        assert not got.faults, got.faults
        assert got.body.decode() == drawn
        assert got.headers["Content-Disposition"].endswith(f'{figure}.svg"')


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_stands_in_the_form_and_leads_to_the_same_as_json(name: str) -> None:
    text = made(name, **ASKED[name]).body.decode()
    for field, value in ASKED[name].items():
        assert re.search(rf'name="{field}" value="{value}"|<option value="{value}" selected>', text), field
    (address,) = re.findall(r'href="/api/(\w+\?[^"]+)"', text)
    led, query = unescape(address).split("?")
    assert led == name and ASKED[name].items() <= dict(parse_qsl(query)).items()
    assert PAGES[f"chips.{name}"].slow and text.count("<h1") == 1


@pytest.mark.parametrize("name", ASKED)
def test_without_a_question_there_is_a_form_alone(name: str) -> None:
    page = made(name)
    text = page.body.decode()
    assert page.status == 200 and "<figure" not in text and 'role="alert"' not in text
    assert "llama-3.1-405b" in text and "h100-sxm" in text


@pytest.mark.parametrize(
    ("name", "asks", "told"),
    [
        ("train", {"model": "lama3-405b", "cluster": "64xh1000", "batch": "many", "dtype": "fp4", "software": "soon"}, {
            "model": "nearest: llama-3.1-405b", "cluster": "nearest: h100-sxm", "batch": "expected a whole number",
            "dtype": 'did you mean "nvfp4"', "software": "expected a date",
        }),
        ("train", {"cluster": "64"}, {"model": "expected a model", "cluster": "as in 16384xh100"}),
        ("train", {"model": "llama3-8b", "cluster": "64xh100", "dtype": "nvfp4"}, {"dtype": "has no figure for nvfp4"}),
        ("train", {"model": "llama3-8b", "cluster": "67xh100"}, {"cluster": "nearest number that works: 6"}),
        ("train", {"model": "llama3-8b", "cluster": "64xh100", "layout": "tp=7"}, {"layout": "tensor"}),
        ("infer", {"model": "llama-3.3-70b", "chip": "h100", "tpot": "1ms", "accelerators": "8"}, {"tpot": "the least is"}),
        ("infer", {"model": "llama", "chip": "h100", "ttft": "fast", "utilisation": "2"}, {
            "model": "several begin so", "utilisation": "expected at most 1",
        }),
        ("goodput", {"cluster": "64xh100", "storage": "2TB/s", "days": "1e9", "seed": "x"}, {"days": "expected at most 3,650"}),
        ("goodput", {"cluster": "64xh100", "storage": "2TB/s", "failure_rate": "often"}, {
            "storage": "goes with model", "failure_rate": "stops per node and day",
        }),
    ],
)  # fmt: skip
def test_faults_stand_at_their_fields(name: str, asks: dict[str, str], told: dict[str, str]) -> None:
    page = made(name, **asks)
    text = page.body.decode()
    assert page.status == 422 and "<figure" not in text and 'role="alert"' in text
    found = {field: unescape(said) for field, said in re.findall(r'id="wrong-(\w+)"[^>]*>([^<]*)<', text)}
    assert {field for field, said in told.items() if said.lower() not in found.get(field, "").lower()} == set()
    assert set(found) == set(told) and not any("--" in said for said in found.values())


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ("train?model=lama3-405b&cluster=64xh1000", 404, {"model": "nearest: llama-3.1-405b", "cluster": "nearest: h100-sxm"}),
        ("infer?model=deepseek-r1&chip=gb3000", 404, {"chip": "nearest: gb300-nvl72"}),
        ("goodput?cluster=64xh1000", 404, {"cluster": "/api/catalogue/accelerator lists all"}),
        ("train?model=llama3-8b&cluster=64xa100", 422, {"cluster": "several begin so"}),
        ("train?model=/etc/models.csv&cluster=64xh100", 404, {"model": "read by the command alone"}),
        ("train?model=llama3-8b&cluster=2000000xh100", 422, {"cluster": "expected 1 to 1,048,576"}),
        ("train?model=deepseek-v3&cluster=720720xh100&batch=720720", 422, {"cluster": "choices of layouts; expected at most 5e+09"}),
        ("train?model=llama3-8b&cluster=64xh100&batch=0&dtype=int4", 422, {"batch": "greater than or equal to 1", "dtype": "'bf16'"}),
        ("infer?model=llama-3.3-70b&chip=h100&tpot=1ms&accelerators=8", 422, {"tpot": "the least is", "": "nearest that works"}),
        ("infer?model=llama-3.3-70b&chip=h100&dtype=nvfp4", 422, {"dtype": "h100"}),
        ("goodput?cluster=16384xh100&simulate=100000&days=3650", 422, {"simulate": "expected at most 2e+07"}),
        ("goodput?cluster=16384xh100&storage=2TB/s", 422, {"storage": "goes with model"}),
        ("goodput?cluster=16384xh100&modle=x", 422, {"modle": 'did you mean "model"?'}),
    ],
)  # fmt: skip
def test_faults_are_data(web: str, asked: str, status: int, told: dict[str, str]) -> None:
    from urllib.error import HTTPError

    with pytest.raises(HTTPError) as refused:
        urlopen(f"{web}/api/{asked}")
    with refused.value as answer:
        errors = json.load(answer)["errors"]
    assert answer.code == status
    found = {one["path"]: one["message"] for one in errors}
    assert set(found) == set(told) and [path for path, said in told.items() if said not in found[path]] == []
    assert not any("--" in said for said in found.values())


def test_an_answer_is_of_the_day_asked_for() -> None:
    told = {
        name: json.loads(do(Job("answer", name, Asked(as_of=date(2026, 1, 1)), arguments=asked)).body) for name, asked in AS_READ.items()
    }
    assert told["train"]["inputs"]["as_of"] == told["goodput"]["as_of"] == "2026-01-01"
    assert told["infer"]["inputs"]["as_of"] == told["infer"]["inputs"]["software"] == "2026-01-01"


def test_no_address_reads_a_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("kind,name,attribute,value,unit\nmodel,mine,layers,2,1\n", encoding="utf-8")
    for path in (str(mine), f" {mine} ", str(mine).replace(".csv", ".CSV")):
        page = made("train", model=path, cluster="64xh100")
        assert page.status == 422 and "read by the command alone" in page.body.decode()


def test_the_document_describes_them(web: str) -> None:
    with urlopen(f"{web}/api/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    for name, fields in chips.FIELDS.items():
        described = {one["name"]: one for one in paths[f"/api/{name}"]["get"]["parameters"]}
        assert {field.name for field in fields} <= set(described)
        assert all(one["description"] for one in described.values())
        assert {field.name for field in fields if field.needed} == {key for key, one in described.items() if one["required"]}


def test_pages_lead_to_them(web: str) -> None:
    with urlopen(f"{web}/chips") as answer:
        text = unescape(answer.read().decode())
    assert '<a href="/chips" aria-current="page">' in text
    examples = re.findall(r'href="/chips/(\w+)\?([^"]+)"', text)
    assert {name for name, _ in examples} == set(ASKED)
    with urlopen(f"{web}/p/stargate/compute") as answer:
        text = unescape(answer.read().decode())
    assert re.search(r'href="/chips/infer\?model=deepseek-r1&chip=gb\d00-nvl72"', text)


def test_the_answer_and_what_is_around_it_are_german() -> None:
    text = text_of(made("goodput", language="de", **ASKED["goodput"]))
    assert "Arbeit zwischen Sicherungspunkten" in text and "der Zeit eines Laufs werden zu bleibender Arbeit" in text


@pytest.mark.parametrize("name", ASKED)
def test_it_reads_on_a_laptop_and_on_a_phone(web: str, browser: Browser, name: str) -> None:
    with browser.page(f"{web}/chips/{name}?{urlencode(ASKED[name])}") as (page, seen):
        assert page.locator("figure svg.w").count() > 1
        assert sound(page) == []
        seen.clean()


def test_a_form_is_sent_without_scripts_and_says_what_was_wrong(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/chips/train", size=PHONE, scripts=False) as (page, _):
        page.get_by_label("Model", exact=True).fill("lama3-8b")
        page.get_by_label("Accelerators × chip").fill("64xh100")
        page.get_by_role("button", name="Find the fastest layout").press("Enter")
        assert page.locator("#wrong-model").inner_text().startswith('No model "lama3-8b"')
        assert wider_than_screen(page) == 0
        page.get_by_label("Model").first.fill("llama3-8b")
        page.get_by_role("button", name="Find the fastest layout").press("Enter")
        assert page.locator("h1").inner_text().startswith("llama-3-8b on 64")
        assert wider_than_screen(page) == 0
