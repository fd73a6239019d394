"""SSM: the public parameters that tell the ARN of Powertools' layer, for the version that is installed here."""

import re
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from moto.ssm.models import Parameter, ParameterDict

from sandbox.registry import method, original

_NAME = re.compile(
    r"/aws/service/powertools/python/(?P<architecture>x86_64|arm64)/(?P<runtime>python3\.\d+)/(?P<of>.+)"
)


def install() -> None:
    """Put it on moto."""
    check = original(ParameterDict, "_check_loading_status")

    def _check_loading_status(self: ParameterDict, key: str) -> None:
        check(self, key)
        found = _NAME.fullmatch(str(key or ""))
        if found and found["of"] == version("aws-lambda-powertools") and not dict.get(self, key):
            dict.__setitem__(self, key, [_parameter(self, key, found["architecture"], found["runtime"])])

    method(ParameterDict)(_check_loading_status)


def _parameter(place: ParameterDict, name: str, architecture: str, runtime: str) -> Any:
    made: Any = Parameter  # abstract to a type checker only
    layer = f"AWSLambdaPowertoolsPythonV3-{runtime.replace('.', '')}-{architecture}:1"
    return made(
        account_id=place.account_id,
        name=name,
        value=f"arn:aws:lambda:{place.region_name}:017000801446:layer:{layer}",
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=datetime.fromtimestamp(0, UTC),
        version=1,
        data_type="text",
    )
