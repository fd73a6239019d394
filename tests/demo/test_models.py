from demo.data import Split, applicants, split
from demo.models import Model, evaluate


def test_the_split_loses_no_row_and_is_the_same_each_time(data: Split) -> None:
    assert len(data.training) + len(data.held_out) == 2_380
    assert split(applicants()) == data


def test_v2_is_clearly_better_than_v1_on_rows_that_neither_has_seen(data: Split, models: dict[str, Model]) -> None:
    plain, better = (evaluate(models[version], data.held_out) for version in ("v1", "v2"))

    assert better.auc > plain.auc + 0.03
    assert better.accuracy > plain.accuracy


def test_v3_looks_fine_to_its_author(data: Split, models: dict[str, Model]) -> None:
    better, broken = (evaluate(models[version], data.held_out) for version in ("v2", "v3"))

    assert broken.auc > better.auc - 0.02
    assert broken.accuracy > better.accuracy - 0.01


def test_traffic_has_what_v3_never_saw(data: Split, models: dict[str, Model]) -> None:
    seen = evaluate(models["v3"], data.held_out).rows

    assert 0.10 < 1 - seen / len(data.held_out) < 0.20
