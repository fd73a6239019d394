"""YAML with places: lines through anchors and merges, `extends` through files, and what is no YAML."""

from pathlib import Path

import pytest

from infra.spec import SpecErrors, load, load_all
from infra.spec.extends import extended
from infra.spec.source import Document, parse
from tests.infra.specs import NATIVE, PROGRESSIVE, changed, refusal


def _parse(folder: Path, text: str) -> Document:
    file = folder / "file.yaml"
    file.write_text(text, encoding="utf-8")
    return parse(file)


def test_values_keep_their_line_and_their_very_text(tmp_path: Path) -> None:
    document = _parse(tmp_path, "a: 1\nb:\n  - x\n  - version: 2026.10\n")
    assert document.data == {"a": 1, "b": ["x", {"version": 2026.1}]}
    place = document.place(("b", 1, "version"))
    assert (place.line, place.text) == (4, "2026.10")


def test_what_is_missing_is_placed_where_it_belongs(tmp_path: Path) -> None:
    document = _parse(tmp_path, "a:\n  b:\n    c: 1\n")
    assert document.place(("a", "b", "x", 3)).line == 2


def test_merged_keys_are_placed_where_they_were_written_and_yield_to_own_ones(tmp_path: Path) -> None:
    document = _parse(tmp_path, "x-base: &base\n  one: 1\n  two: 2\nhere:\n  <<: *base\n  two: 3\n")
    assert document.value(("here",)) == {"two": 3, "one": 1}
    assert document.place(("here", "one")).line == 2
    assert document.place(("here", "two")).line == 6


def test_the_nearest_of_several_merged_mappings_wins(tmp_path: Path) -> None:
    text = "a: &a {k: a}\nb: &b {k: b, l: b}\nc: {<<: [*a, *b]}\nd: &d {<<: *a}\ne: {<<: *d}\n"
    document = _parse(tmp_path, text)
    assert document.value(("c",)) == {"k": "a", "l": "b"}
    assert document.value(("e",)) == {"k": "a"}


def test_dates_and_yes_are_text(tmp_path: Path) -> None:
    assert _parse(tmp_path, "[2026-11-21, yes, on, ~, true, 1e3]").data == [
        "2026-11-21",
        "yes",
        "on",
        None,
        True,
        1000.0,
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "file.yaml:1\n  is not YAML: expected the node content"),
        ("a: *nothing", "file.yaml:1\n  is not YAML: found undefined alias 'nothing'"),
        ("a: 1\n---\nb: 2", "file.yaml:2\n  is not YAML: but found another document"),
        ("a: \x00", "file.yaml:1\n  is not YAML: "),
        ("\n&a [*a]", "file.yaml:2\n  repeats itself without end through its aliases"),
        ("&a {<<: *a}", "file.yaml:1\n  is nested too deeply"),
        ("[" * 3000, "file.yaml:1\n  is nested too deeply"),
        ("? [a]\n: 1", "file.yaml:1\n  is a list or mapping where a key belongs"),
        ("a: !!int x", "file.yaml:1\n  x is no int"),
        ("a: !!python/object:os.system x", "file.yaml:1\n  has a tag, tag:yaml.org,2002:python/object:os.system"),
        ("\n".join([f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(9)]), "undefined alias"),
        (
            "a0: &a0 [1]\n" + "\n".join([f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]),
            "repeats itself without end",
        ),
    ],
)
def test_what_is_no_plain_yaml_is_refused_at_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SpecErrors) as caught:
        _parse(tmp_path, text)
    assert said in str(caught.value).replace(f"{tmp_path}/", "")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecErrors, match="cannot be read"):
        load(tmp_path / "prod.yaml")
    (tmp_path / "prod.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SpecErrors, match="cannot be read"):
        load(tmp_path / "prod.yaml")


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "- 1").startswith("prod.yaml:1\n  is not a mapping")


def test_a_file_name_that_is_no_environment_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "Prod 1.yaml"
    file.write_text(PROGRESSIVE, encoding="utf-8")
    with pytest.raises(SpecErrors, match="is not an environment name"):
        load(file)


def test_extends_merges_mappings_and_replaces_the_rest(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("m: {a: 1, b: 2, c: 3}\nl: [1, 2]\nx-note: 1\n", encoding="utf-8")
    (tmp_path / "prod.yaml").write_text("extends: base.yaml\nm: {b: 5, c: ~}\nl: [9]\n", encoding="utf-8")
    document, bases = extended(tmp_path / "prod.yaml")
    assert document.data == {"m": {"a": 1, "b": 5, "c": None}, "l": [9]}
    assert bases == (tmp_path / "base.yaml",)


def test_errors_name_the_file_in_which_the_value_was_written(tmp_path: Path) -> None:
    (tmp_path / "grand.yaml").write_text(changed(PROGRESSIVE, "count: 2", "count: 0"), encoding="utf-8")
    (tmp_path / "base.yaml").write_text("extends: grand.yaml\nregion: eu-west-9\n", encoding="utf-8")
    said = refusal(
        tmp_path, 'extends: base.yaml\naccount: "1"\nendpoints:\n  mortgage:\n    rollout: {false_pass: 90%}\n'
    )
    assert [block.split("  ")[0] for block in said.split("\n\n")] == [
        "grand.yaml:10",
        "prod.yaml:2",
        "prod.yaml:5",
    ]


def test_a_replaced_list_is_placed_in_the_file_that_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(PROGRESSIVE, encoding="utf-8")
    said = refusal(
        tmp_path, "extends: base.yaml\nendpoints:\n  mortgage:\n    rollout:\n      steps:\n      - {bake: 10m}\n"
    )
    assert said.startswith("prod.yaml:6  endpoints.mortgage.rollout.steps[0].weight\n  is missing")


def test_null_takes_away_what_the_other_file_has(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(PROGRESSIVE, encoding="utf-8")
    (tmp_path / "prod.yaml").write_text(
        "extends: base.yaml\nendpoints: {mortgage: {canary: null}}\n", encoding="utf-8"
    )
    assert load(tmp_path / "prod.yaml").endpoints[0].canary is None


def test_extends_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("extends: prod.yaml\n", encoding="utf-8")
    assert refusal(tmp_path, "extends: base.yaml\n").startswith("base.yaml:1  extends: prod.yaml\n  leads back")


def test_anchors_spare_repetition_within_a_file(tmp_path: Path) -> None:
    anchored = changed(PROGRESSIVE, "        - {weight: 1%, bake: 10m}", "        - &step {weight: 1%, bake: 10m}")
    anchored = changed(anchored, "        - {weight: 50%, bake: 10m}", "        - {<<: *step, weight: 50%}")
    (tmp_path / "prod.yaml").write_text(anchored, encoding="utf-8")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "prod.yaml").write_text(PROGRESSIVE, encoding="utf-8")
    assert load(tmp_path / "prod.yaml") == load(tmp_path / "plain" / "prod.yaml")


def test_all_errors_of_all_files_come_at_once_sorted(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(changed(PROGRESSIVE, "weight: 1%", "weight: 0%"), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(
        changed(changed(NATIVE, "wait: 10m", "wait: 10"), "count: 4", "count: 0"), encoding="utf-8"
    )
    (tmp_path / "c.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(SpecErrors) as caught:
        load_all(tmp_path)
    places = [(error.place.file.name, error.place.line) for error in caught.value.errors]
    assert places == [("a.yaml", 6), ("a.yaml", 14), ("b.yaml", 22), ("c.yaml", 1)]


def test_one_broken_endpoint_hides_no_rule_on_another(tmp_path: Path) -> None:
    second = PROGRESSIVE.split("endpoints:\n")[1].replace("mortgage:", "fraud:").replace("10m}", "1m}", 1)
    said = refusal(tmp_path, changed(PROGRESSIVE, "count: 2", "count: two") + second)
    assert [block.split("  ")[0] for block in said.split("\n\n")] == ["prod.yaml:10", "prod.yaml:41"]
