"""How fast and how repeatable synthesis is, next to the plain way of each part, in one run on one machine.

Run: ``python benchmarks/synth.py [RUNS]``. Prints medians and ratios; the ratios are what travels between machines.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

_USED = ("sagemaker_endpoint", "sagemaker_endpoint_configuration", "lambda_function", "dynamodb_table", "sqs_queue")
_IMPORTS = "; ".join(f"import cdktf_cdktf_provider_aws.{module}" for module in _USED)
PLAIN = "import cdktf_cdktf_provider_aws; import main; raise SystemExit(main.main())"
"""Synthesis with every resource's bindings loaded, in Python and in jsii's process."""
_ARCHIVE = """
import sys
from cdktf import App, AssetType, TerraformAsset, TerraformStack
app = App(outdir=sys.argv[2])
stack = TerraformStack(app, "plain")
asset = TerraformAsset(stack, "code", path=sys.argv[1], type=AssetType.ARCHIVE)
app.synth()
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two ways to the same end, in seconds."""

    what: str
    ours: float
    plain: float

    def __str__(self) -> str:
        ratio = f"{self.plain / self.ours:.1f} times as long"
        return f"{self.what:<42} ours {self.ours:6.2f} s   plain {self.plain:6.2f} s   {ratio}"


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _synth(work / "warm")  # fills jsii's package cache, and Python's
        print(compare_imports(runs))
        print(compare_syntheses(work, runs))
        print(f"{'both ways, in two folders':<42} {_verdict(equal=_same(work / 'ours', work / 'plain'))}")
        print(compare_zips(work))


def compare_imports(runs: int) -> Compared:
    """Import the bindings of five resources with the bare root, and with the package's own."""
    fast = statistics.median(_timed(lambda: _python(f"import infra; {_IMPORTS}")) for _ in range(runs))
    plain = statistics.median(_timed(lambda: _python(_IMPORTS)) for _ in range(runs))
    return Compared("import of the provider's bindings", fast, plain)


def compare_syntheses(work: Path, runs: int) -> Compared:
    """Synthesize all environments in one process (budget 5 s), and with the bindings imported the plain way."""
    ours = statistics.median(_timed(lambda: _synth(work / "ours")) for _ in range(runs))
    variables = {"CDKTF_OUTDIR": str(work / "plain")}
    plain = statistics.median(_timed(lambda: _run(["-c", PLAIN], variables)) for _ in range(runs))
    return Compared("synthesis of all environments (budget 5 s)", ours, plain)


def compare_zips(work: Path) -> str:
    """Zip the same sources twice, the files touched in between: our artifact, and cdktf's ARCHIVE."""
    source = work / "code" / "lambdas"
    source.parent.mkdir()
    shutil.copytree(PROJECT / "lambdas", source)
    ours, plain = [], []
    for attempt in ("one", "two"):
        ours.append(_ours(source))
        plain.append(_archive(source, work / attempt))
        for path in source.rglob("*.py"):
            os.utime(path, (0, 1_000_000_000))
    return (
        f"{'zip of lambdas/, files touched in between':<42} ours {len(ours[0]):,} bytes,"
        f" {_verdict(equal=ours[0] == ours[1])}; ARCHIVE {len(plain[0]):,} bytes,"
        f" {_verdict(equal=plain[0] == plain[1])}"
    )


def _ours(source: Path) -> bytes:
    sys.path.insert(0, str(PROJECT))
    from infra.artifact import build  # noqa: PLC0415  # the measured imports run in processes of their own

    return build(source).content


def _archive(source: Path, out: Path) -> bytes:
    _python(_ARCHIVE, str(source), str(out))
    (zipped,) = out.rglob("*.zip")
    return zipped.read_bytes()


def _synth(out: Path) -> None:
    _run([str(PROJECT / "main.py")], {"CDKTF_OUTDIR": str(out)})


def _python(code: str, *arguments: str) -> None:
    _run(["-c", code, *arguments], {})


def _run(arguments: list[str], variables: dict[str, str]) -> None:
    silent = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "PYTHONPATH": str(PROJECT)}
    environ = os.environ | silent | variables
    subprocess.run([sys.executable, *arguments], env=environ, check=True)  # noqa: S603  # our own code


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _same(one: Path, other: Path) -> bool:
    return _contents(one) == _contents(other)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _verdict(*, equal: bool) -> str:
    return "the same bytes" if equal else "other bytes"


if __name__ == "__main__":
    main()
