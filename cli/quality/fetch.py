"""`--fetch`: captures and truths of an interval's hours, copied from S3 for as long as they are read."""

import shutil
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from rich.console import Console

from cli.exits import Exit, RefusedError
from cli.quality import objects
from cli.quality.measured import Files
from cli.quality.stored import Places, stored
from infra.spec import Endpoint, Environment
from lake.hours import Interval
from lambdas.adapters.world import config
from lambdas.rollout.quality.schema import Schema

_AT_ONCE = 10
"""Files copied side by side: as many connections as a boto3 client keeps."""


@contextmanager
def fetched(
    arguments: Namespace, chosen: tuple[Environment, Endpoint, Schema], interval: Interval
) -> Iterator[Namespace]:
    """Yield the flags: with `--fetch` the folders of copies are in them, which are gone afterwards.

    Refuses `--captures` and `--truths` beside it, hours without captures, and more than the disk has room for.
    """
    if not arguments.fetch:
        yield arguments
        return
    environment, endpoint, schema = chosen
    for flag in ("captures", "truths"):
        if getattr(arguments, flag) is not None:
            sentence = f"--{flag} names copies, and --fetch makes them"
            raise RefusedError(Exit.USAGE, sentence, f"take --{flag} out, or --fetch")
    s3, places = boto3.Session(region_name=environment.region).client("s3", config=config()), Places.of(endpoint)
    files = stored(s3, places, objects.variants(s3, places.captures), interval, schema.window)
    with TemporaryDirectory(prefix="serinus-") as made:
        folder = Path(made)
        _require_room(folder, files)
        _copy(s3, places, files, folder)
        truths = str(folder / "truths") if places.truths else None
        yield Namespace(**vars(arguments) | {"captures": str(folder / "captures"), "truths": truths})


def _require_room(folder: Path, files: Files) -> None:
    free = shutil.disk_usage(folder).free
    if files.size > free:
        raise RefusedError(
            Exit.USAGE,
            f"these hours have {files.size / 1e9:,.1f} GB, and {folder.parent} has room for {free / 1e9:,.1f} GB",
            "ask for fewer hours, name a larger disk in TMPDIR, or write `analysis: athena` under the endpoint",
        )


def _copy(s3: Any, places: Places, files: Files, folder: Path) -> None:
    console = Console(stderr=True, highlight=False, markup=False)  # what is printed at the end is the answer
    console.print(f"{len(files.captures) + len(files.truths)} files, {files.size / 1e6:,.1f} MB: copied from S3")
    wanted = [(uri, _target(uri, places.captures, folder / "captures")) for uri in files.captures]
    wanted += [(uri, _target(uri, places.truths or "", folder / "truths")) for uri in files.truths]
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        with console.status("copying") as status:  # which a terminal alone shows
            for done, _ in enumerate(pool.map(lambda each: _one(s3, *each), wanted), 1):
                status.update(f"copied {done} of {len(wanted)} files")
    except OSError as error:
        raise RefusedError(
            Exit.USAGE, f"cannot copy to {folder}: {error.strerror}", "name another in TMPDIR"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _target(uri: str, place: str, folder: Path) -> Path:
    """Put a file where the lake looks for it: below its endpoint's name, which is the last part of the place."""
    return folder / place.rstrip("/").rpartition("/")[2] / uri.removeprefix(place)


def _one(s3: Any, uri: str, path: Path) -> None:
    bucket, key = objects.split(uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, key, str(path))
