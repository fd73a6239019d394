"""`cdktf deploy`, killed with everything that it started when something has come about."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from demo.deploy import command
from demo.processes import running
from tests.stacks.test_deploy import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.deploy import Workshop

_PATIENCE = 300.0


def kill_deploy(workshop: Workshop, stacks: str, log: Path, when: Callable[[], object]) -> None:
    """Begin to deploy, and kill npx, cdktf, Terraform and the provider at once; none of them is there afterwards."""
    with running(command(workshop, stacks), workshop.env, log) as deploy:

        def due() -> object:
            assert deploy.poll() is None, f"it ended first:\n{log.read_text()[-2000:]}"
            return when()

        eventually(due, _PATIENCE)
        _signal(_family(deploy.pid), signal.SIGSTOP)  # so that nobody starts another one meanwhile
        killed = _family(deploy.pid)
        _signal(killed, signal.SIGKILL)
        deploy.wait()
    eventually(lambda: not any(map(_runs, killed)))


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def at_work(folder: Path) -> list[str]:
    """Name the processes that live in a folder or hold one of its files (proc(5): /proc/PID/cwd, /proc/PID/fd)."""
    return [process.name for process in Path("/proc").glob("[0-9]*") if _holds(process, folder)]


def _holds(process: Path, folder: Path) -> bool:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        links = [process / "cwd", *(process / "fd").iterdir()]
        return any(link.readlink().is_relative_to(folder) for link in links)
    return False


def _family(process: int) -> list[int]:
    """A process and all that descend from it (proc(5): /proc/PID/stat)."""
    parents = {int(each.name): _stat(each)[1] for each in Path("/proc").glob("[0-9]*") if _stat(each)}
    found = [process]
    for member in found:
        found += [child for child, parent in parents.items() if parent == str(member)]
    return found


def _runs(process: int) -> bool:
    stat = _stat(Path("/proc", str(process)))
    return bool(stat) and stat[0] != "Z"


def _stat(process: Path) -> list[str]:
    """State, parent, and what follows; nothing where it has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
