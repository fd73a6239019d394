"""What each role was granted and what it has called, written down once each: a JSON document a line.

The file is ``iam.jsonl`` in the sandbox's directory; ``SANDBOX_IAM_JOURNAL`` names a directory that gathers the
journals of many sandboxes instead.
"""

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from moto.iam.models import IAMBackend

from sandbox.iam.asked import Access
from sandbox.iam.policy import listed
from sandbox.place import here
from sandbox.registry import method, original

GATHERED = "SANDBOX_IAM_JOURNAL"

_seen: set[str] = set()
_lock = threading.Lock()


def journal(directory: Path) -> Path:
    """Tell where the sandbox of a directory writes it down."""
    gathered = os.environ.get(GATHERED)
    return Path(gathered) / f"{os.getpid()}.jsonl" if gathered else directory / "iam.jsonl"


def note_call(role: str, access: Access, *, allowed: bool) -> None:
    """Write down what a role has asked for, and whether it was allowed."""
    _note({"role": role, "action": access.action, "resource": access.resource, "allowed": allowed})


def note_grants(role: str, actions: Sequence[str]) -> None:
    """Write down what a role's own policy allows."""
    _note({"role": role, "granted": sorted(actions)})


def install() -> None:
    """Note every policy that is put on a role."""
    put = original(IAMBackend, "put_role_policy")

    def put_role_policy(self: IAMBackend, role_name: str, policy_name: str, policy_json: str) -> None:
        put(self, role_name, policy_name, policy_json)
        allowed = (each for each in listed(json.loads(policy_json)["Statement"]) if each["Effect"] == "Allow")
        note_grants(role_name, [action for statement in allowed for action in listed(statement.get("Action"))])

    method(IAMBackend)(put_role_policy)


def _note(document: object) -> None:
    line = json.dumps(document)
    with _lock:
        if line not in _seen:
            _seen.add(line)
            with journal(here().directory).open("a") as file:
                file.write(line + "\n")
