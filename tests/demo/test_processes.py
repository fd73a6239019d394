import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.deploy import last_line
from demo.processes import running

PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
child.wait()
"""


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def _interrupted(log: Path) -> None:
    with running([sys.executable, "-c", PARENT], os.environ, log):
        _eventually(lambda: len(log.read_text().split()) == 2)
        raise KeyboardInterrupt


def _eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_and_its_children_end_with_the_block_that_fails(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(KeyboardInterrupt):
        _interrupted(log)

    started = [int(pid) for pid in log.read_text().split()[:2]]
    _eventually(lambda: not any(map(_alive, started)))


def test_progress_is_what_a_stack_says_last(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "\x1b[2Ksandbox-control  aws_sqs_queue.letters: Creating...\n\n1 Stack deploying     0 Stacks done\n"
    )

    assert last_line(log) == "sandbox-control  aws_sqs_queue.letters: Creating..."


def test_progress_before_any_stack_speaks_is_the_last_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("⠙  Synthesizing\n\n")

    assert last_line(log) == "⠙  Synthesizing"
