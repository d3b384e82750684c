"""The API: the same answers as Python's, faults as data, an OpenAPI document that says what happens."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.programme_files import SMALL
from tests.web_server import serving

from stargauge import api
from stargauge.api.supply_asked import enough, faults_of
from stargauge.plan.sizing import Relief
from stargauge.programme.load import json_schema
from stargauge.quantity.errors import InputError
from stargauge.web.app import create_app

DAY = date(2025, 6, 1)
RUN: dict[str, Any] = {"as_of": DAY, "draws": 256, "seed": 3}
ASKED = "as_of=2025-06-01&draws=256&seed=3"
READING = "first-hall/as said"
POWER = "power_it[operational, north]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with one programme and one that is at fault."""
    made = tmp_path_factory.mktemp("programmes")
    (made / "small.yaml").write_text(SMALL, encoding="utf-8")
    (made / "faulty.yaml").write_text(SMALL.replace("100 MW by 2026", "100 MWW by 2026"), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """A server over that folder; what a reader may have made is not limited."""
    with serving(folder, at_once=1e9) as address:
        yield address


def _got(address: str) -> tuple[int, Any]:
    try:
        with urlopen(address) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


def _plain(data: Any) -> Any:
    """As JSON has it, without the time that it took."""
    made = json.loads(json.dumps(data, allow_nan=False))
    if isinstance(made, dict):
        made.pop("seconds", None)
    return made


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "check": lambda made: api.check(made, **RUN).to_dict(),
    "check?lang=de": lambda made: api.check(made, **RUN, language="de").to_dict(),
    "claims": lambda made: api.check(made, **RUN).to_dict(),
    "claims/first-hall": lambda made: api.check(made, **RUN).to_dict(),
    "odds?every=quarter": lambda made: api.odds(made, every="quarter", end=DAY, draws=256, seed=3).to_dict(),
    "simulate": lambda made: api.simulate(made, **RUN).to_dict(),
    f"simulate?quantity={quote(POWER)}": lambda made: api.simulate(made, quantities=[POWER], **RUN).to_dict(),
    f"explain?address={quote(READING)}": lambda made: api.explain_reading(READING, made, **RUN).to_dict(),
    f"changed?address={quote(POWER)}&since=2025-01-25": lambda made: api.what_changed(
        POWER, "2025-01-25", made, workers=1, **RUN
    ).to_dict(),
    f"drivers?address={quote(POWER)}": lambda made: api.drivers(made, address=POWER, **RUN).to_dict(),
    "needs": lambda made: api.needs(made, **RUN).to_dict(),
    "together": lambda made: api.together(made, **RUN).to_dict(),
    f"sweep?from=2025-05-01&every=20&claim=first-hall&quantity={quote(POWER)}": lambda made: api.sweep(
        made, as_of="2025-05-01..2025-06-01", every="20", claims=["first-hall"], quantities=[POWER], draws=256, seed=3
    ).to_dict(),
    "definitions": lambda made: api.definitions(made, **RUN).to_dict(),
    "sources": lambda made: api.sources(made, workers=1, **RUN).to_dict(),
    "schedule": lambda made: api.schedule(made, **RUN).to_dict(),
    "schedule?set=overrun_factor=1": lambda made: api.schedule(api.load(made, settings={"overrun_factor": "1"}), **RUN).to_dict(),
    "money?if=bank=0.5": lambda made: api.money(made, pays=["bank=0.5"], **RUN).to_dict(),
    "finance?site=north": lambda made: api.finance(made, site="north", **RUN).to_dict(),
    "jobs": lambda made: api.jobs(made, **RUN).to_dict(),
    f"jobs?given={quote('not first-hall')}": lambda made: api.jobs(made, given=["not first-hall"], **RUN).to_dict(),
    "cost": lambda made: api.cost(made, workers=1, **RUN).to_dict(),
    "brief": lambda made: api.brief(made, **RUN),
    "sites": lambda made: api.sites(made, **RUN).to_dict(),
    "sites/north": lambda made: api.site("north", made, **RUN).to_dict(),
    "sites/nroth": lambda made: api.site("nroth", made, **RUN).to_dict(),
    f"sites?given={quote('not first-hall')}": lambda made: api.sites(made, given=["not first-hall"], **RUN).to_dict(),
    f"power?site=north&source=gas-turbine&load={quote('100 MW')}&mixes=false": lambda made: api.power(
        "north", made, sources=["gas-turbine"], load_at="100 MW", mixes=False, **RUN
    ).to_dict(),
    f"plan?target={quote('150 MW by 2030-06-30')}&power=grid&worlds=10": lambda made: api.plan(
        made, target="150 MW by 2030-06-30", powers=["grid"], worlds=10, **RUN
    ).to_dict(),
    "facility?site=north&redundancy=2N": lambda made: api.facility("north", made, redundancy="2N", **RUN).to_dict(),
    "hours?site=north&profile=flat": lambda made: api.hours("north", made, profile="flat", **RUN).to_dict(),
    "compute": lambda made: api.compute(made, **RUN).to_dict(),
    "compute?model=deepseek-v3&users=800e6..900e6&tokens=400": lambda made: api.compute(
        made, model="deepseek-v3", users="800e6..900e6", tokens="400", **RUN
    ).to_dict(),
    "sources-and-uses": lambda made: api.sources_and_uses(made, **RUN).to_dict(),
    "what-if?set=overrun_factor=1.3": lambda made: api.movable(made, **RUN).answer({"overrun_factor": "1.3"}),
    f"sensitivity?address={quote(POWER)}&inputs=overrun_factor": lambda made: api.sensitivity(
        POWER, made, inputs=["overrun_factor"], **RUN
    ).to_dict(),
}  # fmt: skip


#: Answers that take seconds; compared, and asked for as the document describes, where what takes minutes runs.
LONG = ("hours", "plan", "power", "needs", "odds", "cost", "sources", "changed", "finance", "sensitivity", "compare")
ASKED_FOR = [pytest.param(asked, marks=[pytest.mark.slow] if asked.startswith(LONG[:-2]) else []) for asked in ANSWERS]


@pytest.mark.parametrize("asked", ASKED_FOR)
def test_answer_is_that_of_python(served: str, folder: Path, asked: str) -> None:
    status, data = _got(f"{served}/api/programmes/small/{asked}{'&' if '?' in asked else '?'}{ASKED}")
    try:
        expected = ANSWERS[asked](api.load(folder / "small.yaml"))
    except InputError as error:
        assert (status, [one["message"] for one in data["errors"]]) == (404, [fault.message for fault in error.faults])
        return
    assert status == 200, data
    assert _plain(data) == _plain(expected)


def test_number_is_explained_as_by_the_command_line(served: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from stargauge.cli.main import main

    _, data = _got(f"{served}/api/programmes/small/explain?address={quote(POWER)}&{ASKED}")
    options = ["--as-of", str(DAY), "--draws", "256", "--seed", "3", "--json"]
    assert main(["explain", POWER, "--programme", str(folder / "small.yaml"), *options]) == 0
    assert data == json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_comparison(served: str) -> None:
    _, data = _got(f"{served}/api/compare?a=small@2025-06-01&b=%2Boverrun_factor=1&draws=256")
    assert data["a"]["as_of"] == data["b"]["as_of"] == "2025-06-01"


def test_export_and_what_the_world_offers(served: str) -> None:
    with urlopen(f"{served}/api/programmes/small/export?form=csv&{ASKED}") as answer:
        assert answer.headers["content-type"].startswith("text/csv")
        assert b"first-hall" in answer.read()
    _, kinds = _got(f"{served}/api/catalogue")
    _, rows = _got(f"{served}/api/catalogue/accelerator/{kinds['accelerator'][0]}")
    assert rows[0]["source"]
    assert _got(f"{served}/api/schema")[1] == json.loads(json.dumps(json_schema()))
    assert _got(f"{served}/api/accuracy")[1]
    _, listed = _got(f"{served}/api/programmes")
    assert {"id": "small", "own": True, "file": "small.yaml"} in listed["programmes"]
    assert "first-hall" in _got(f"{served}/api/programmes/small")[1]["claims"]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("programmes/smal/check", 404, 'did you mean "small"'),
        ("programmes/small/claims/frist-hall", 404, 'did you mean "first-hall"'),
        ("programmes/small/check?set=overrun_facto=1", 404, "overrun_factor"),
        ("programmes/small/check?scenario=../small.yaml", 404, 'no scenario "../small.yaml"'),
        ("programmes/small/check?as_of=2001-01-01", 404, "record too thin"),
        ("programmes/faulty/check", 400, "MWW"),
        ("programmes/small/check?draws=5&seed=x&as_of=2025-02-30", 422, "expected a whole number"),
        ("programmes/small/sweep?over=../small.yaml", 404, 'no scenario "../small.yaml"'),
        ("programmes/small/sweep?from=2020-01-01&every=10&as_of=2025-06-01", 404, "at most 48 here"),
        ("compare?a=small&b=%2B../small.yaml", 404, 'no scenario "../small.yaml"'),
        ("compare?a=/etc/passwd&b=small", 404, 'no programme "/etc/passwd"'),
        ("catalogue/nix", 404, "nix"),
        ("nix", 404, "no page /api/nix"),
        ("programmes/small/power?site=nroth", 404, 'did you mean "north"'),
        ("programmes/small/facility?site=nroth", 404, 'did you mean "north"'),
        ("programmes/small/facility?site=north&as_of=2001-01-01", 404, "record too thin"),
    ],
)  # fmt: skip
def test_faults_are_data(served: str, asked: str, status: int, said: str) -> None:
    got, data = _got(f"{served}/api/{asked}")
    assert got == status
    assert set(data["errors"][0]) == {"message", "path", "file", "line", "column"}
    assert said in " ".join(one["message"] for one in data["errors"])
    if "&seed=x" in asked:
        assert {one["path"] for one in data["errors"]} == {"draws", "seed", "as_of"}
    if status == 400:
        assert data["errors"][0]["line"] > 1


GAS = "programmes/small/power?site=north&load=100%20MW&source=gas-turbine&mixes=false&as_of=2026-09-30&draws=256"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("programmes/small/power?site=north&load=5%20kg&gas=-1%20TWh&land=much&source=gas-turbin&source=coal", {
            "load": "a mass; expected a power", "gas": "expected more than 0", "land": "expected an area",
            "source": 'did you mean "gas-turbine"',
        }),
        ("programmes/small/power?site=north&load=100%20MW&by=2020-01-01&as_of=2026-09-30", {"by": "expected a day from 2026-09-30"}),
        pytest.param(f"{GAS}&emissions=20%20kg/MWh", {
            "shortfall": "or more would do, all else kept",
            "emissions": "got 20 kg/MWh: no supply of gas-turbine keeps all limits at north; 5",
        }, marks=pytest.mark.slow),
        pytest.param(f"{GAS}&gas=1%20MWh", {
            "gas": "got 1 MWh: no supply of gas-turbine keeps all limits at north; 2,4",
        }, marks=pytest.mark.slow),
        ("programmes/small/power?site=north&load=100%20MW&source=solar&land=1%20acre&mixes=false&as_of=2026-09-30&draws=256", {
            "": "no single limit that gives way would be enough; name a smaller load",
        }),
        ("programmes/small/facility?site=north&design=liqid/dry-cooler&redundancy=3N", {
            "design": 'did you mean "liquid"', "redundancy": 'no redundancy "3N"',
        }),
        ("programmes/small/facility?site=north&design=liquid/air-economiser", {"": "outdoor air cannot cool liquid"}),
        ("programmes/small/compute?model=llama&serve=gpx&users=many&tokens=0", {
            "model": "several begin so", "serve": 'no model "gpx"', "users": "not a number", "tokens": "above 0",
        }),
        ("system?pool=transformers&pool=turbines%3D", {"pool": "expected NAME=VALUE"}),
        ("system?pool=transformer%3D2%20GW/yr&pool=queue%3D5%20kg", {"pool": 'did you mean "transformers"'}),
        ("system?by=gird", {"by": 'did you mean "grid"'}),
    ],
)  # fmt: skip
def test_wrong_values_are_told_with_their_parameters(served: str, asked: str, said: dict[str, str]) -> None:
    got, data = _got(f"{served}/api/{asked}")
    assert got == 422
    told: dict[str, str] = {}
    for one in data["errors"]:
        told[one["path"]] = f"{told.get(one['path'], '')} {one['message']}"
        assert "--" not in one["message"] and "\n" not in one["message"]
    assert set(told) == set(said)
    assert [name for name, text in said.items() if text not in told[name]] == []
    if "pool=" in asked or "coal" in asked:
        assert len([one for one in data["errors"] if one["path"] in ("pool", "source")]) == 2


@pytest.mark.parametrize(
    ("asked", "parameter", "said"),
    [
        ("programmes/small/check?draw=256", "draw", 'did you mean "draws"?'),
        ("programmes/small/power?site=north&lod=5%20MW", "lod", 'did you mean "load"?'),
        ("programmes/small/schedule?lang=de", "lang", "(all: as_of, draws, seed, scenario, set, progress, given)"),
        ("compare?a=small&b=small&as_of=2026-01-01", "as_of", "(all: a, b, draws, seed, progress)"),
        ("programmes?draws=256", "draws", "it has none"),
        ("schema?x", "x", "it has none"),
    ],
)
def test_parameters_that_there_are_not_are_refused(served: str, asked: str, parameter: str, said: str) -> None:
    got, data = _got(f"{served}/api/{asked}")
    assert got == 422
    assert [one["path"] for one in data["errors"]] == [parameter]
    assert said in data["errors"][0]["message"]


def test_parameters_that_there_are_not_are_told_beside_wrong_ones(served: str) -> None:
    _, data = _got(f"{served}/api/programmes/small/check?draws=5&sed=1&asof=2025-01-01")
    assert [one["path"] for one in data["errors"]] == ["draws", "sed", "asof"]


def test_progress_is_told_to_who_listens_before_the_answer_is_asked_for(served: str) -> None:
    with urlopen(f"{served}/progress/7", timeout=50) as told:
        assert told.headers["content-type"].startswith("text/event-stream")
        with urlopen(f"{served}/api/programmes/small/simulate?draws=2048&progress=7"):
            pass
        text = told.read().decode()
    events = [json.loads(one) for one in re.findall(r"data: (\[\d.*\])", text)]
    assert events
    assert all(0 <= done <= of for done, of in events)
    assert text.rstrip().endswith("event: end\ndata: []")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("programmes/small/simulate?draws=2048&progress=8", 200),  # kept: another one had it made
        ("programmes/smal/simulate?progress=8", 404), ("programmes/faulty/check?progress=8", 400),
        ("programmes/small/check?draws=5&progress=8", 422),
    ],
)  # fmt: skip
def test_progress_ends_whatever_the_answer_is(served: str, asked: str, status: int) -> None:
    _got(f"{served}/api/programmes/small/simulate?draws=2048")
    with urlopen(f"{served}/progress/8", timeout=50) as told:  # less than after how long silence ends it
        assert _got(f"{served}/api/{asked}")[0] == status
        assert "event: end" in told.read().decode()


SERVING = (Path(__file__).parents[1] / "docs" / "serve.md").read_text(encoding="utf-8")
ADDRESSES = re.findall(r"(?m)^/api/.*$", SERVING)


def test_the_page_on_serving_names_what_there_is(served: str) -> None:
    assert len(ADDRESSES) == 12
    for address in (one for one in ADDRESSES if "draws" not in one):
        assert _got(served + address)[0] == 200, address
    for name in re.findall(r"`([\w-]+)`", SERVING[SERVING.index("One address for each") : SERVING.index("/api/compare?a")]):
        assert name in ANSWERS or any(asked.partition("?")[0] == name for asked in ANSWERS) or name == "export", name
    for name, (_, path) in _about_a_programme().items():
        assert re.search(rf"`{path}[`/]", SERVING), name


@pytest.mark.slow
def test_the_page_on_serving_works_as_it_stands(served: str) -> None:
    for address in ADDRESSES:
        with urlopen(served + quote(address, safe="/?=&-")) as answer:
            assert answer.status == 200, address
    found: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", SERVING, re.DOTALL):
        exec(code.replace("http://localhost:8347", served), found)
    assert found["jobs"]["as_of"] == "2026-11-22"
    assert [one["value"] for one in found["dearer"]["set"]] == ["1.3"]


# -- by the document that describes it -------------------------------------------------------------------------------------------------


document = schemathesis.openapi.from_dict(create_app().openapi())


#: What a parameter that is in order is asked for instead, so that the same runs serve many examples.
CHEAP = {
    "programme": ("stargate", "small"), "draws": (r"\d{3,5}", "256"), "seed": (r"\d{1,9}", "3"), "as_of": (r"\d{4}-\d\d-\d\d", str(DAY)),
    "address": (r"power_facility.*", POWER), "site": ("abilene", "north"),
    "model": ("llama3-405b", "llama3-8b"), "cluster": ("16384xh100", "64xh100"), "simulate": (r"\d+", "16"), "days": (r"[\d.e+]+", "1"),
    "a": ("stargate@.*", "small@2025-06-01"), "b": ("@.*", "+overrun_factor=1"),
}  # fmt: skip


def _cheap(case: Any, *left: str) -> None:
    """Ask for the small programme and few draws, where what is asked is in order; parameters `left` are let be."""
    for part in (case.path_parameters, case.query):
        for name, (pattern, value) in CHEAP.items():
            if name in (part or {}) and name not in left and re.fullmatch(pattern, str(part[name]), re.ASCII):
                part[name] = value
    if "{programme}" in case.path:
        case.query = {"draws": "256", "as_of": str(DAY), **(case.query or {})}
    elif case.path.endswith("/compare"):
        case.query = {"draws": "256", **(case.query or {})}


@given(st.floats(1e-6, 1e12))
def test_what_would_do_is_named_to_three_figures_and_never_less_than_it_takes(needed: float) -> None:
    one, none = enough([Relief("land", 1.0, needed), Relief("fuel", 1.0, None)])
    assert one.needed is not None and needed * (1 - 1e-8) <= one.needed <= needed * 1.0101 and none.needed is None
    assert float(f"{one.needed:.2e}") == pytest.approx(one.needed, rel=1e-9)


#: Answers about what is there, whose values may be wrong in more ways than their form tells.
OF_VALUES = ("/plan", "/power", "/facility", "/hours", "/system", "/compute", "/train", "/infer", "/goodput")


def _as_described(served: str, case: Any) -> None:
    """Ask, and hold the answer against the document; whatever an address says that is too long, it is refused unread."""
    answer = case.call(base_url=served, timeout=300)
    if answer.status_code == 414:
        assert len(answer.request.url) > 8 * 1024
    elif answer.status_code == 422 and case.path.endswith(OF_VALUES):  # rightly written, and yet no value of it
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])
    else:
        case.validate_response(answer)


#: What the quick run leaves to the long one: what takes long, and what is made of the same check as others.
LEFT = (*LONG, "claims", r"\{claim\}", "definitions", "explain", "export")


@document.exclude(path_regex=rf"/({'|'.join(LEFT)})$").parametrize()
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(served: str, case: Any) -> None:
    _cheap(case)
    _as_described(served, case)


@pytest.mark.slow
@document.parametrize()
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_answers_are_as_described(served: str, case: Any) -> None:
    _cheap(case, "as_of", "seed")
    _as_described(served, case)


#: Functions about a programme that answer no question of a reader: they read, run or measure for the others, or write files.
BEHIND = {"asked_of", "audit", "backtest", "backtest_money", "calibrate", "condition", "first_known", "held_captures", "ids_of",
          "import_statements", "is_claim", "known", "load", "validate", "workbook"}  # fmt: skip
#: Addresses that have another name than their function.
NAMED = {"explain_reading": "explain", "what_changed": "changed", "movable": "what-if", "site": "sites",
         "sources_and_uses": "sources-and-uses"}  # fmt: skip


def _about_a_programme() -> dict[str, tuple[Any, str]]:
    """The functions of the API that answer something about a programme, each with its address."""
    functions = {name: getattr(api, name) for name in api.__all__ if inspect.isfunction(getattr(api, name))}
    about = {name: made for name, made in functions.items() if {"programme", "a"} & set(inspect.signature(made).parameters)}
    return {name: (made, NAMED.get(name, name)) for name, made in about.items() if name not in BEHIND and name != "compare"}


def test_document_names_every_limit_of_a_supply_with_its_unit(served: str) -> None:
    _, document = _got(f"{served}/api/openapi.json")
    asked = document["paths"]["/api/programmes/{programme}/power"]["get"]
    told = {parameter["name"]: parameter["description"] for parameter in asked["parameters"]}
    units = {"load": "500 MW", "emissions": "200 kg/MWh", "land": "2000 acres", "gas": "5 TWh", "shortfall": "no unit", "by": "2028-06-01",
             "years": "1 to 3"}  # fmt: skip
    assert [name for name, text in units.items() if text not in told[name]] == []
    assert [name for name in units if name != "years" and f"`{name}`" not in asked["description"]] == []
    for name in ("emissions", "land", "gas", "load"):
        for amount in re.findall(r"`([\d.]+ [^`]+)`", f"{told[name]} {asked['description'].partition(f'`{name}`')[2].partition(';')[0]}"):
            assert [fault for fault in faults_of({name: amount}, None)] == [], amount


def test_document_describes_every_function_about_a_programme(served: str) -> None:
    _, document = _got(f"{served}/api/openapi.json")
    paths = {re.sub(r"^/api/programmes/\{programme\}/|\{.*", "", path).rstrip("/") for path in document["paths"]}
    assert set(api.__all__) >= BEHIND
    assert {path for _, path in _about_a_programme().values()} <= paths
    assert "/api/compare" in paths and "/api/programmes/{programme}/sites/{site}" in document["paths"]
    for path, item in document["paths"].items():
        for parameter in item["get"].get("parameters", ()):
            assert parameter.get("description"), (path, parameter["name"])
        assert {"200", "400", "404", "422"} <= set(item["get"]["responses"])
