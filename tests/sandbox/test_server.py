from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sandbox.__main__ import register_image
from sandbox.server import start
from tests.sandbox.functions import zipped
from tests.sandbox.roles import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Sandbox

ROOT = Path(__file__).parents[2]


def descendants(of: int) -> set[int]:
    """Return the processes that a process has started, and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
    found = {of}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {of}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_it_knows_its_account(sandbox: Sandbox) -> None:
    assert sandbox.client("sts").get_caller_identity()["Account"] == "123456789012"


def run_a_function(url: str) -> None:
    make: Any = boto3.client
    keys = {"endpoint_url": url, "aws_access_key_id": "t", "aws_secret_access_key": "t"}
    role = make("iam", "eu-west-1", **keys).create_role(RoleName="r", AssumeRolePolicyDocument=trusting("lambda"))[
        "Role"
    ]["Arn"]
    client = make("lambda", "eu-west-1", **keys)
    code = {"ZipFile": zipped("def handler(event, context):\n    return 1\n")}
    client.create_function(FunctionName="f", Role=role, Handler="app.main.handler", Runtime="python3.11", Code=code)
    assert client.invoke(FunctionName="f")["Payload"].read() == b"1"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    made = tmp_path / "temporary"
    made.mkdir()
    return made


@pytest.fixture
def served(tmp_path: Path, temporary: Path) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "sandbox", "up", "--ready-file", str(tmp_path / "ready.json")]
    environment = os.environ | {"TMPDIR": str(temporary)}
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_nothing(
    sandbox: Sandbox, tmp_path: Path, temporary: Path, served: subprocess.Popen[str], number: signal.Signals
) -> None:
    ready = tmp_path / "ready.json"
    sandbox.eventually(ready.exists, 60)
    told = json.loads(ready.read_text())
    assert told["pid"] == served.pid
    run_a_function(told["url"])
    started = descendants(served.pid)
    assert started
    served.send_signal(number)
    said = served.communicate(timeout=30)[0]
    assert served.returncode == 0
    assert f"export AWS_ENDPOINT_URL={told['url']}" in said
    assert not ready.exists()
    assert list(temporary.iterdir()) == []
    sandbox.eventually(lambda: not any(alive(pid) for pid in started))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(told["url"].rpartition(":")[2]))) != 0


def test_it_ends_with_its_parent(sandbox: Sandbox, tmp_path: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom sandbox.server import start\n"
        f"with start(directory=Path({str(tmp_path)!r})) as running:\n"
        "    print(running.pid, flush=True)\n    os._exit(1)\n"
    )
    died = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, text=True)
    pid = int(died.stdout)
    sandbox.eventually(lambda: not alive(pid))
    assert not (tmp_path / "ready.json").exists()


def test_a_developers_account_cannot_be_reached(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://production")
    environment = sandbox.running.environ()
    assert "AWS_ENDPOINT_URL_STS" not in environment
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'], boto3.Session().region_name)"
    run = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["123456789012", "eu-west-1"]


def test_a_start_that_fails_says_why(sandbox: Sandbox) -> None:
    taken = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(RuntimeError, match=r"(?s)did not start.*in use"), start(port=taken, timeout=30):
        pass


def test_images_are_registered_in_the_directory(tmp_path: Path) -> None:
    register_image(tmp_path, "one", ["python", "-m", "serve"])
    register_image(tmp_path, "two", ["true"])
    assert json.loads((tmp_path / "images.json").read_text()) == {"one": ["python", "-m", "serve"], "two": ["true"]}
