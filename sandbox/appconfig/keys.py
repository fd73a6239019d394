"""KMS keys of configuration profiles and deployments: kept and told. What they would encrypt lies open here.

Source: AppConfig API reference, CreateConfigurationProfile, UpdateConfigurationProfile (empty: no key any more),
StartDeployment.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.appconfig.models import ConfigurationProfile
from moto.appconfig.responses import AppConfigResponse

from sandbox.appconfig.store import LOCK, profile
from sandbox.registry import method, original

_KEYS: dict[str, str] = {}
"""By the profile's ARN."""


def install() -> None:
    """Put it on moto's profiles."""
    for action in ("create_configuration_profile", "update_configuration_profile"):
        method(AppConfigResponse, action)(_keeping(original(AppConfigResponse, action)))
    describe = original(ConfigurationProfile, "to_json")

    def to_json(self: ConfigurationProfile) -> dict[str, Any]:
        described: dict[str, Any] = describe(self)
        return described | told(_KEYS.get(self.arn))

    method(ConfigurationProfile)(to_json)


def told(key: str | None) -> dict[str, str]:
    """Say which key it is, where there is one."""
    return {"KmsKeyIdentifier": key, "KmsKeyArn": key} if key else {}


def _keeping(action: Callable[[AppConfigResponse], str]) -> Callable[[AppConfigResponse], str]:
    def kept(self: AppConfigResponse) -> str:
        with LOCK:
            found = profile(self._get_param("ApplicationId"), json.loads(action(self))["Id"])
            if (key := self._get_param("KmsKeyIdentifier")) is not None:
                _KEYS[found.arn] = key
            return json.dumps(found.to_json())

    return kept
