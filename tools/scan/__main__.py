"""`python -m tools.scan`: every environment, as it is and with a key, by checkov, held to `reasons.toml`.

Beside the project's own environments, one that has every part that those lack.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.spec import Environment, load_all
from infra.spec.keys import with_keys
from stacks.app import PROJECT, build
from tools.scan import plan
from tools.scan.reasons import KEYED, Failure, Reason, obsolete, read, unexplained

CHECKOV = PROJECT / ".venv-scan" / "bin" / "checkov"
_PROBE = Path(__file__).with_name("probe.json")
"""A stack that is wrong on purpose, so that a scanner which sees nothing is noticed."""
EVERYTHING = Path(__file__).with_name("everything")
_SEEN = {"CKV_AWS_27", "CKV_AWS_41", "CKV_AWS_258", "CKV_AWS_289", "CKV_AWS_355"}
"""What checkov must find in it, in arguments, in policies, and in the provider."""


def main() -> int:
    """Scan; exit with 1 for what no reason explains, reasons that explain nothing, and a scan that is none."""
    with tempfile.TemporaryDirectory() as folder:
        resources = _write(Path(folder))
        report = _checkov(Path(folder))
    found = [_failure(each) for each in report["results"]["failed_checks"]]
    failures, reasons = [failure for failure in found if failure.stack != _PROBE.stem], read()
    wrong = [*_blind(report, found, resources), *_unreasoned(failures, reasons)]
    _tell(report["summary"], failures, reasons)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def _blind(report: Any, found: Sequence[Failure], resources: int) -> Iterator[str]:
    """Say what the scan should have seen and did not."""
    probed = {failure.check for failure in found if failure.stack == _PROBE.stem}
    yield from (f"{check} is wrong in the probe, and checkov does not see it" for check in sorted(_SEEN - probed))
    yield from (f"{path} could not be read" for path in report["results"]["parsing_errors"])
    if (seen := report["summary"]["resource_count"]) != resources:
        yield f"{seen} resources were looked at, of {resources}"


def _unreasoned(failures: Sequence[Failure], reasons: Mapping[str, Reason]) -> Iterator[str]:
    for failure in unexplained(failures, reasons):
        yield f"{failure.check} fails on {failure.resource} of {failure.stack}: {failure.name}"
    for each in obsolete(failures, reasons):
        yield f"{each} does not fail any more: take it out of reasons.toml"


def _write(folder: Path) -> int:
    """Write a plan of each stack, and of the probe; returns how many resources there are."""
    environments = [*load_all(PROJECT / "environments"), *load_all(EVERYTHING)]
    synthesized = folder / "synthesized"
    build(environments, synthesized / "plain").synth()
    build([_keyed(each) for each in environments], synthesized / "keyed").synth()
    plans = folder / "plans"
    plans.mkdir()
    count = plan.write(_PROBE, plans / f"{_PROBE.stem}.json")
    for prefix, part in (("", "plain"), (KEYED, "keyed")):
        for stack in sorted((synthesized / part / "stacks").iterdir()):
            count += plan.write(stack / "cdk.tf.json", plans / f"{prefix}{stack.name}.json")
    return count


def _keyed(environment: Environment) -> Environment:
    arn = f"arn:aws:kms:{environment.region}:{environment.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    return with_keys(replace(environment, kms_key=arn))


def _checkov(folder: Path) -> Any:
    plans = ("--directory", str(folder / "plans"), "--framework", "terraform_plan")
    done = subprocess.run(  # noqa: S603 - its own arguments
        [str(CHECKOV), *plans, "--output", "json", "--skip-download", "--soft-fail"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"checkov ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def _failure(record: dict[str, Any]) -> Failure:
    return Failure(record["check_id"], record["check_name"], Path(record["file_path"]).stem, record["resource"])


def _tell(summary: Any, failures: Sequence[Failure], reasons: Mapping[str, Reason]) -> None:
    print(f"checkov {summary['checkov_version']}: {summary['resource_count']} resources, {summary['passed']} passed")
    for check, count in sorted(Counter(failure.check for failure in failures).items()):
        print(f"{check} fails {count} times. {reasons[check].why if check in reasons else 'Not explained.'}")


if __name__ == "__main__":
    raise SystemExit(main())
