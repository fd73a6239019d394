"""Where the story plays: a folder made anew, a sandbox with the models in it, and traffic."""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import boto3

from demo.answers import Answer, Weight, answers, weights
from demo.deploy import Workshop
from demo.processes import ROOT, running
from demo.publish import SERVER, ensure_bucket, register_image, upload
from demo.traffic import ANSWERS, WEIGHTS
from infra.spec import Endpoint, load
from sandbox.server import Running, start

ENVIRONMENT = "sandbox"


@dataclass(frozen=True, slots=True)
class Scene:
    """A sandbox that answers, and a copy of its environment file to edit and deploy."""

    home: Path
    file: Path
    running: Running

    @property
    def name(self) -> str:
        """The environment."""
        return self.file.stem

    @property
    def workshop(self) -> Workshop:
        """Where to deploy from."""
        return Workshop(self.file.parent, self.home, self.running.environ())

    @property
    def endpoint(self) -> Endpoint:
        """The environment's one endpoint, as the file has it now."""
        return load(self.file).endpoints[0]

    def publish(self, packed: Mapping[str, bytes]) -> None:
        """Put the models' archives, by version, where the environment file has them; make the bucket for captures."""
        endpoint, storage = self.endpoint, boto3.Session(region_name=self.running.env["AWS_REGION"]).client("s3")
        upload(storage, packed, endpoint.stable.model_data)
        if endpoint.capture:
            ensure_bucket(storage, urlparse(endpoint.capture.to).netloc)

    @contextlib.contextmanager
    def traffic(self, rows: Sequence[Mapping[str, Any]], rate: float) -> Iterator[None]:
        """Send `rate` requests a second, the rows in a loop, until the block ends."""
        sample = self.home / "rows.json"
        sample.write_text(json.dumps(rows))
        argv = [sys.executable, "-m", "demo.traffic", self.endpoint.name]
        argv += ["--rows", str(sample), "--to", str(self.home), "--rate", str(rate)]
        with running(argv, self.running.environ(), self.home / "traffic.log"):
            yield

    def answers(self) -> tuple[Answer, ...]:
        """What became of the requests so far."""
        return answers(self.home / ANSWERS)

    def weights(self) -> tuple[Weight, ...]:
        """The canary's share of traffic so far."""
        return weights(self.home / WEIGHTS)


@contextlib.contextmanager
def scene(home: Path, server: Path = SERVER, environment: str = ENVIRONMENT) -> Iterator[Scene]:
    """Make `home` anew and run a sandbox for `environment` in it, with `server` as its models' image.

    This process's AWS clients use it until the block ends.
    """
    shutil.rmtree(home, ignore_errors=True)
    environments = home / "environments"
    environments.mkdir(parents=True)
    file = Path(shutil.copy(ROOT / "environments" / f"{environment}.yaml", environments))
    image = load(file).endpoints[0].stable.image
    images = register_image(image, home / "images.json", server)
    with start(directory=home / "sandbox", images=images) as sandbox:
        variables = sandbox.environ() | {"SERINUS_ENVIRONMENTS": str(environments)}
        with using(variables):
            yield Scene(home, file, sandbox)


@contextlib.contextmanager
def using(variables: Mapping[str, str]) -> Iterator[None]:
    """Let this process have these environment variables, and no others, until the block ends."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
