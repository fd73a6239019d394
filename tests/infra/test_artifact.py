import base64
import hashlib
import io
import os
import zipfile
from pathlib import Path

from infra import artifact
from stacks.app import PROJECT


def package(folder: Path) -> Path:
    made = folder / "code"
    for name in ("b.py", "a.py", "sub/c.py", "__pycache__/a.pyc", "tests/test_a.py"):
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return made


def names(zipped: artifact.Artifact) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()


def test_it_holds_the_package_under_its_own_name_and_nothing_else(tmp_path: Path) -> None:
    assert names(artifact.build(package(tmp_path))) == ["code/a.py", "code/b.py", "code/sub/c.py"]


def test_times_modes_and_the_folder_do_not_count(tmp_path: Path) -> None:
    one, other = package(tmp_path / "one"), package(tmp_path / "a folder with spaces")
    os.utime(other / "a.py", (0, 2_000_000_000))
    (other / "b.py").chmod(0o700)
    assert artifact.build(one) == artifact.build(other)


def test_a_renamed_file_counts(tmp_path: Path) -> None:
    source = package(tmp_path)
    before = artifact.build(source)
    (source / "a.py").rename(source / "z.py")
    assert artifact.build(source).digest != before.digest


def test_the_digest_is_what_lambda_computes(tmp_path: Path) -> None:
    zipped = artifact.build(package(tmp_path))
    written = zipped.write(tmp_path / "out").read_bytes()
    assert zipped.digest == base64.b64encode(hashlib.sha256(written).digest()).decode()


def test_what_ships_is_ours_alone_and_small() -> None:
    zipped = artifact.build(PROJECT / "lambdas")
    assert len(zipped.content) < 600_000
    assert {name.split("/", maxsplit=1)[0] for name in names(zipped)} == {"lambdas"}
    assert "lambdas/live/handler.py" in names(zipped)
