"""No secret in what is told of an environment file: it is refused, and repeated nowhere."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from infra import execution
from infra.checks.examine import examine
from infra.place import Place
from infra.spec.load import load_with_places
from infra.spec.secrets import secret
from stacks.app import PROJECT
from tests.infra.specs import PROGRESSIVE, changed, refusal
from tests.stacks.conftest import Synthesized

# Made up, and cut in two so that nobody's scanner takes them for somebody's.
SECRETS = {
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a GitHub token": "ghp_" + "a1B2" * 9,
    "a Slack token": "xoxb-" + "1234567890-abcdef",
    "a Slack webhook": "https://hooks.slack.com/" + "services/T000/B000/abcdef",
    "a Hugging Face token": "hf_" + "aBcDe" * 7,
    "a Stripe key": "sk_live_" + "4242" * 5,
    "an API key": "sk-" + "ant-" + "0123456789" * 3,
    "a JSON web token": "eyJ" + "hbGciOiJIUzI1NiJ9." + "eyJ" + "zdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "a password in a URL": "postgres://serinus:" + "correct-horse@db.internal/features",
}
VERSION = "      version: v2\n"


def with_environment(name: str, value: str) -> str:
    return changed(PROGRESSIVE, VERSION, f"{VERSION}      environment: {{{name}: {json.dumps(value)}}}\n")


def notices(folder: Path, text: str) -> list[str]:
    file = folder / "prod.yaml"
    file.write_text(text, encoding="utf-8")
    (loaded,) = load_with_places([file])
    return [str(each) for each in examine(loaded, date(2026, 11, 26)) if each.check.id == "secret-in-file"]


@pytest.mark.parametrize("what", SECRETS)
def test_the_forms_of_known_issuers_are_refused_wherever_they_stand_and_not_repeated(
    what: str, tmp_path: Path
) -> None:
    value = SECRETS[what]
    for text in (
        with_environment("SETTING", f"see {value}"),
        changed(PROGRESSIVE, "tags: {team: ml}", f"tags: {{team: {json.dumps(value)}}}"),
    ):
        (told,) = notices(tmp_path, text)
        assert f"error: looks like {what} [secret-in-file]" in told
        assert value not in told


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "HUGGING_FACE_HUB_TOKEN",
        "API_KEY",
        "apikey",
        "CLIENT_SECRET",
        "AWS_SECRET_ACCESS_KEY",
        "x-token",
    ],
)
def test_so_is_what_its_name_calls_a_secret(name: str, tmp_path: Path) -> None:
    text = changed(PROGRESSIVE, "tags: {team: ml}", f"tags: {{{name}: correct-horse}}")
    (told,) = notices(tmp_path, text)
    assert f"tags.{name}\n  error: looks like a secret, by its name" in told
    assert "correct-horse" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EOS_TOKEN", "</s>"),
        ("MAX_TOTAL_TOKENS", "2048-4096"),
        ("TOKENIZERS_PARALLELISM", "false-false"),
        ("SECRET_SAUCE", "mayonnaise"),
        ("PROMPT_TOKEN", "two words of it"),
        ("DB_PASSWORD", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:features-AbCdEf"),
        ("IMAGE", "s3://models/v1.tar.gz"),
        ("FEATURES", "https://features.internal:8080/v1"),
    ],
)
def test_what_is_none_is_left_alone(name: str, value: str) -> None:
    assert secret(name, value) == ""


def test_no_other_error_repeats_a_secret(tmp_path: Path) -> None:
    told = refusal(tmp_path, changed(PROGRESSIVE, "tags: {team: ml}", "tagz: {team: ml}\nDB_PASSWORD: correct-horse"))
    assert "DB_PASSWORD\n  is no key that belongs here" in told
    assert "correct-horse" not in told


def test_nothing_is_synthesized_and_nothing_told(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "prod.yaml").write_text(
        with_environment("HF_TOKEN", SECRETS["a Hugging Face token"])
    )
    environ = os.environ | {
        "SERINUS_ENVIRONMENTS": str(tmp_path / "environments"),
        "CDKTF_OUTDIR": str(tmp_path / "out"),
    }
    done = subprocess.run(
        [sys.executable, PROJECT / "main.py"], env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "looks like a Hugging Face token [secret-in-file]" in done.stderr
    assert SECRETS["a Hugging Face token"] not in done.stdout + done.stderr
    assert not (tmp_path / "out").exists()


def test_a_secret_that_is_named_may_be_read_by_what_serves(tmp_path: Path) -> None:
    named = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:features-AbCdEf"
    (tmp_path / "prod.yaml").write_text(with_environment("DB_PASSWORD", named))
    (loaded,) = load_with_places([tmp_path / "prod.yaml"])
    (endpoint,) = loaded.environment.endpoints
    statements = execution.policy(Place("prod", "123456789012", "eu-west-1"), endpoint)["Statement"]
    (read,) = (each for each in statements if any(action.startswith("secretsmanager:") for action in each["Action"]))
    assert (read["Action"], read["Resource"]) == (["secretsmanager:GetSecretValue"], [named])


def test_nothing_that_is_synthesized_looks_like_one(synthesized: Synthesized) -> None:
    def texts(name: str, value: object) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            return [found for key, child in value.items() for found in texts(key, child)]
        if isinstance(value, list):
            return [found for child in value for found in texts(name, child)]
        return [(name, value)] if isinstance(value, str) else []

    for stack in synthesized.stacks():
        assert [name for name, text in texts("", synthesized.stack(stack)) if secret(name, text)] == []
