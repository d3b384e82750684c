"""Reading YAML: plain data, true positions, bounded work."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.programme.positions import MAX_BYTES, MAX_DEPTH, parse_document, plain_document, read_document, scalar, written
from stargauge.quantity.errors import Fault, InputError


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        parse_document(text, "file.yaml")
    return caught.value.faults


def test_only_true_false_null_and_decimal_numbers_are_not_text() -> None:
    data = parse_document(
        "a: NO\nb: 12:30\nc: 2025-01-21\nd: true\ne: null\nf: 8\ng: -1.5e3\n"
        "h: 0x10\ni: 007\nj: 6_400\nk: '8'\nl: .inf\nm: 1e5\nn: yes\no:\n"
    ).data
    assert dict(data) == {
        "a": "NO", "b": "12:30", "c": "2025-01-21", "d": True, "e": None, "f": 8, "g": -1500.0, "h": "0x10", "i": "007", "j": "6_400",
        "k": "8", "l": ".inf", "m": 1e5, "n": "yes", "o": None,
    }  # fmt: skip


@given(st.one_of(st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_back_as_written(number: float) -> None:
    assert scalar(repr(number)) == number


@given(st.text())
def test_no_text_makes_a_scalar_fail(text: str) -> None:
    scalar(text)


def test_places_are_those_of_keys_and_values_from_one() -> None:
    document = parse_document("name: Big\nsites:\n  abilene:\n    it_power:\n      - {value: 5 MW, source: x}\n      - {value: 6 MW}\n")
    assert document.place(("name",)) == (1, 7)
    assert document.place(("name",), at_key=True) == (1, 1)
    assert document.place(("sites", "abilene"), at_key=True) == (3, 3)
    assert document.place(("sites", "abilene", "it_power", 1)) == (6, 9)
    assert document.place(("sites", "abilene", "it_power", 0, "source")) == (5, 31)
    assert document.place(("sites", "elsewhere")) is None


def test_a_key_used_twice_is_a_fault_at_the_second() -> None:
    (fault,) = faults("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert (fault.line, fault.column, fault.path) == (4, 3, "b.c")
    assert "twice" in fault.message


def test_faults_of_form_come_all_at_once() -> None:
    found = faults("a: 1\na: 2\nb: !!python/object:os.system x\nc: &x 1\nd: *x\n")
    assert [(fault.line, fault.path) for fault in found] == [(2, "a"), (3, "b"), (5, "d")]


def test_an_alias_bomb_is_a_clear_error_and_builds_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    found = faults("\n".join(lines))
    assert "alias" in found[0].message
    assert found[0].line == 2
    assert len(found) <= 100


def test_a_document_that_contains_itself_is_an_error() -> None:
    assert "alias" in faults("a: &a [*a]")[0].message


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{b: " * 5_000, "- " * 5_000])
def test_deep_nesting_is_an_error_not_a_crash(text: str) -> None:
    assert f"deeper than {MAX_DEPTH}" in faults(text)[-1].message


def test_too_many_values_are_an_error() -> None:
    assert "more than" in faults("[" + "1," * 600_000 + "]")[-1].message


def test_a_second_document_is_an_error() -> None:
    assert "second document" in faults("a: 1\n---\nb: 2\n")[0].message


@pytest.mark.parametrize("written", ['"\\e[31m"', '"\\x9b2J"', '"a\\rb"', '"\\u202eevil"', '"\\u2066"', '"\\0"', '"\\N"'])
def test_what_a_terminal_obeys_is_a_fault_and_is_not_repeated(written: str) -> None:
    with pytest.raises(InputError, match="a character that is not shown") as caught:
        parse_document(f"name: {written}\n{written}: 1\n")
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(1, 7), (2, 1)]
    assert all(fault.message.isprintable() for fault in caught.value.faults)
    assert parse_document('a: "one\\n\\ttwo\\u00a0three"\n').data == {"a": "one\n\ttwo\u00a0three"}


def test_broken_yaml_names_its_line() -> None:
    (fault,) = faults("a: 1\nb: [1, 2\nc: 3\n")
    assert fault.line in (2, 3)
    assert "not readable as YAML" in fault.message


def test_a_file_of_100_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    with file.open("wb") as handle:
        handle.truncate(100_000_000)
    with pytest.raises(InputError, match=f"at most {MAX_BYTES:,}") as caught:
        read_document(file)
    assert caught.value.faults[0].file == str(file)


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"a: 1\nb: Do\xf1a\n")
    with pytest.raises(InputError) as caught:
        read_document(file)
    assert caught.value.faults[0].line == 2


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_document(tmp_path / "none.yaml")


def test_a_mapping_from_python_may_not_contain_itself() -> None:
    data: dict[str, object] = {}
    data["a"] = data
    with pytest.raises(InputError, match="containing itself"):
        plain_document(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9),
        lambda s: st.lists(s, max_size=3) | st.dictionaries(st.sampled_from("abc"), s),
        max_leaves=9,
    )
)
def test_mappings_from_python_and_from_text_are_the_same(data: object) -> None:
    import json

    assert parse_document(json.dumps({"x": data})).data == plain_document({"x": data}).data


def test_trails_are_written_as_in_error_messages() -> None:
    assert written(("sites", "abilene", "it_power", 0, "value")) == "sites.abilene.it_power[0].value"
