"""People who ask an endpoint through its router, again and again, each under their own key."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Sequence


_STRIDE = 7_919
"""A prime: people come mixed, and everybody once before anybody comes again."""


@dataclass
class People:
    """Asks at ``rate`` requests a second until the block ends; ``seen`` are variants per person, in order.

    Every so many answers of a variant are rewarded: ``one_in`` says how many. Whom the canary has answered is shown
    the new form, if there is one for them in ``forms``, and sends it in at once: columns that replace their row's.

    Every request tells who it is about (``applicant``), which the demo's models have no use for.

    One at a time, and so by one router: two of them hear of a change up to 15 s apart.
    """

    environment: str
    endpoint: str
    rows: Sequence[Any]
    count: int = 3_000
    rate: float = 20.0
    attributes: dict[int, dict[str, str]] = field(default_factory=dict)
    one_in: dict[str, int] = field(default_factory=dict)
    forms: dict[int, dict[str, str]] = field(default_factory=dict)
    seen: dict[int, list[str]] = field(default_factory=dict)
    failed: list[tuple[int, str, int]] = field(default_factory=list)
    """Who got no answer, the model version that says so (empty where no container answered), and the status."""

    def __post_init__(self) -> None:
        self._over, self._answered = threading.Event(), Counter[str]()
        self._router = function_url(self.environment, "router")
        self._thread = threading.Thread(target=self._ask_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Ask no more."""
        self._over.set()
        self._thread.join(60)

    def _ask_on(self) -> None:
        session = requests.Session()
        for turn in itertools.count():
            if self._over.wait(1 / self.rate):
                return
            person = turn * _STRIDE % self.count
            row = self.rows[turn % len(self.rows)] | {"applicant": person}
            answer = self._come(person, row, session)
            variant = answer.headers.get("X-Serinus-Variant", "")
            if answer.status_code == requests.codes.ok and variant in self.one_in:
                self._reward(variant, answer.headers["X-Serinus-Inference-Id"], session)
            if variant == "canary" and person in self.forms:
                self._come(person, row | self.forms[person], session)

    def _come(self, person: int, row: Any, session: requests.Session) -> requests.Response:
        answer = self.ask(person, {"instances": [row]}, session)
        if answer.status_code == requests.codes.ok:
            self.seen.setdefault(person, []).append(answer.headers["X-Serinus-Variant"])
        else:
            self.failed.append((person, _culprit(answer), answer.status_code))
        return answer

    def _reward(self, variant: str, inference_id: str, session: requests.Session) -> None:
        self._answered[variant] += 1
        if self._answered[variant] % self.one_in[variant] == 0:
            body = json.dumps({"inference_id": inference_id}).encode()
            post(f"{self._rewards}{self.endpoint}", body, {}, session).raise_for_status()

    @cached_property
    def _rewards(self) -> str:
        """Where rewards go: the function is there only where a plan learns from them."""
        return function_url(self.environment, "reward")

    def ask(self, person: int, body: Any, session: requests.Session) -> requests.Response:
        """Send one request."""
        headers = {"X-Serinus-Key": f"person-{person}"}
        if person in self.attributes:
            headers["X-Serinus-Attributes"] = json.dumps(self.attributes[person])
        url = f"{self._router}endpoints/{self.endpoint}/invocations"
        return post(url, json.dumps(body).encode(), headers, session)


def post(url: str, body: bytes, headers: dict[str, str], session: requests.Session) -> requests.Response:
    """Send JSON to a function's address, signed."""
    signed = AWSRequest("POST", url, {"Content-Type": "application/json", **headers}, body)
    SigV4Auth(Credentials("test", "test"), "lambda", "eu-west-1").add_auth(signed)
    return session.post(str(signed.url), signed.data, headers=dict(signed.headers), timeout=30)


def _culprit(answer: requests.Response) -> str:
    try:
        return str(json.loads(answer.json()["OriginalMessage"])["model"])
    except (KeyError, ValueError):
        return ""


def function_url(environment: str, name: str) -> str:
    """Find a function's address, as its Terraform output has it."""
    functions: Any = boto3.Session().client("lambda")
    return str(functions.get_function_url_config(FunctionName=f"serinus-{environment}-{name}")["FunctionUrl"])
