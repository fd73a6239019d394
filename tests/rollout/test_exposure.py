"""What an inference id says."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.exposure import Exposure, mint, read


@given(st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,9}", fullmatch=True), st.floats(0.0, 4e9), st.uuids())
def test_an_id_tells_what_it_was_made_of(variant: str, at: float, unique: uuid.UUID) -> None:
    if len(variant) > 16:
        return
    made = mint(variant, at, unique.hex)
    assert len(made) <= 64
    assert read(made) == Exposure(variant, at // 60 * 60)


@given(st.text())
def test_other_ids_say_nothing_and_hurt_nobody(text: str) -> None:
    assert read(text) is None or text.startswith("srn1.")


@pytest.mark.parametrize(
    "damaged", ["srn1..2a.x", "srn1.canary.zz.x", "srn1.canary.2a.", "srn1.canary.-2a.x", "srn2.a.1.b"]
)
def test_a_damaged_id_is_none(damaged: str) -> None:
    assert read(damaged) is None


@pytest.mark.parametrize(("variant", "unique"), [("a.b", "x"), ("canary", "x" * 60)])
def test_an_id_that_sagemaker_or_the_reader_would_refuse_is_not_made(variant: str, unique: str) -> None:
    with pytest.raises(ValueError, match="at most 64"):
        mint(variant, 0.0, unique)
