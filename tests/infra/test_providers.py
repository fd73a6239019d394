from pathlib import Path

import pytest

from infra.providers import MIRROR_VARIABLE, cli_config, variables


def mirror(folder: Path) -> Path:
    (folder / "registry.terraform.io").mkdir(parents=True)
    return folder


def test_a_configuration_that_exists_wins(tmp_path: Path) -> None:
    mirror(tmp_path / "opt" / "plugins")
    own = tmp_path / "own.tfrc"
    own.touch()
    assert cli_config(tmp_path, {"TF_CLI_CONFIG_FILE": str(own)}, home=tmp_path, root=tmp_path) == own


def test_a_variable_that_names_nothing_counts_as_none(tmp_path: Path) -> None:
    found = mirror(tmp_path / "opt" / "plugins")
    environ = {"TF_CLI_CONFIG_FILE": str(tmp_path / "gone")}
    config = cli_config(tmp_path / "out", environ, home=tmp_path / "home", root=tmp_path)
    assert config is not None
    assert f'path = "{found.as_posix()}"' in config.read_text()


def test_the_home_configuration_wins_over_a_mirror(tmp_path: Path) -> None:
    mirror(tmp_path / "opt" / "plugins")
    (tmp_path / ".terraformrc").touch()
    assert cli_config(tmp_path / "out", {}, home=tmp_path, root=tmp_path) == tmp_path / ".terraformrc"


@pytest.mark.parametrize(
    "place",
    ["home/.terraform.d/plugins", "usr/share/terraform/providers", "usr/local/share/terraform", "opt/anything"],
)
def test_mirrors_are_found_in_the_usual_places(tmp_path: Path, place: str) -> None:
    found = mirror(tmp_path / place)
    config = cli_config(tmp_path / "out", {}, home=tmp_path / "home", root=tmp_path)
    assert config is not None
    assert found.as_posix() in config.read_text()


def test_a_named_mirror_wins_over_a_found_one_and_must_be_one(tmp_path: Path) -> None:
    mirror(tmp_path / "opt" / "plugins")
    named = mirror(tmp_path / "named")
    config = cli_config(tmp_path / "out", {MIRROR_VARIABLE: str(named)}, home=tmp_path, root=tmp_path)
    assert config is not None
    assert named.as_posix() in config.read_text()
    with pytest.raises(ValueError, match="has no folder"):
        cli_config(tmp_path / "out", {MIRROR_VARIABLE: str(tmp_path)}, home=tmp_path, root=tmp_path)


def test_without_anything_terraform_asks_the_registry(tmp_path: Path) -> None:
    assert cli_config(tmp_path / "out", {}, home=tmp_path, root=tmp_path) is None


@pytest.mark.parametrize(("said", "kept"), [({}, "400"), ({"GOGC": "50"}, "50")])
def test_how_often_garbage_is_collected_is_the_user_s_where_they_say_so(
    said: dict[str, str], kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert variables(tmp_path)["GOGC"] == kept
