"""Names: what the stacks make, the functions find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout import names

_hex = st.text("0123456789abcdef", min_size=8, max_size=8)
_endpoint = st.from_regex(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", fullmatch=True)


@given(_endpoint, _hex, _hex)
def test_pair_and_shape_are_read_back_from_a_configuration(endpoint: str, pair: str, shape: str) -> None:
    prefix = names.config_prefix(endpoint, pair, shape)
    assert len(prefix) <= 37
    assert names.pair_and_shape(prefix + "20261121093012345600000001") == (pair, shape)


def test_a_configuration_of_others_has_neither() -> None:
    assert names.pair_and_shape("somebody-elses-config") == ("", "")


@given(_endpoint, st.sampled_from([names.CANARY, "lean"]))
def test_an_alarm_leads_back_to_its_endpoint_and_variant(endpoint: str, variant: str) -> None:
    alarm = names.alarm("prod", endpoint, variant, "latency_p99.9")
    assert names.watched_by("prod", alarm) == (endpoint, variant)
    assert names.watched_by("dev", alarm) is None


@pytest.mark.parametrize("name", [names.alarm("prod", "m", names.STABLE, "error_rate"), "serinus.prod.m", "others"])
def test_an_alarm_on_stable_or_of_others_takes_nothing_back(name: str) -> None:
    assert names.watched_by("prod", name) is None
