"""What moto drops of a function's configuration, kept."""

from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from sandbox.place import ACCOUNT_ID
from sandbox.registry import method, original

_KEPT = {"DeadLetterConfig": "dead_letter_config", "LoggingConfig": "logging_config"}
_UPDATED = _KEPT | {"TracingConfig": "tracing_config"}


def install() -> None:
    """Put it on moto."""
    _keep_on_create()
    _keep_on_update()
    _tell()
    _take_layers_of_others()
    _replace_event_invoke_configuration()


def _keep_on_create() -> None:
    create = original(LambdaFunction, "__init__")

    def initialize(self: LambdaFunction, account_id: str, spec: dict[str, Any], *rest: Any, **named: Any) -> None:
        create(self, account_id, spec, *rest, **named)
        for key, name in _KEPT.items():
            setattr(self, name, spec.get(key) or {})

    method(LambdaFunction, "__init__")(initialize)


def _keep_on_update() -> None:
    update = original(LambdaFunction, "update_configuration")

    def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        for key, name in _UPDATED.items():
            if key in config_updates:
                setattr(self, name, config_updates[key] or {})
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        updated: dict[str, Any] = update(self, config_updates)
        return updated

    method(LambdaFunction)(update_configuration)


def _tell() -> None:
    describe = original(LambdaFunction, "get_configuration")

    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - moto's signature
        told: dict[str, Any] = describe(self, on_create)
        if self.dead_letter_config.get("TargetArn"):
            told["DeadLetterConfig"] = self.dead_letter_config
        defaults = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        told["LoggingConfig"] = defaults | self.logging_config
        return told

    method(LambdaFunction)(get_configuration)


def _take_layers_of_others() -> None:
    """A public layer lives in another account, which the sandbox does not have: take its ARN as it is."""
    find = original(LambdaFunction, "_get_layers_data")

    def _get_layers_data(self: LambdaFunction, layers_versions_arns: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for arn in layers_versions_arns:
            foreign = arn.split(":")[4] != ACCOUNT_ID
            found += [{"Arn": arn, "CodeSize": 0}] if foreign else find(self, [arn])
        return found

    method(LambdaFunction)(_get_layers_data)


def _replace_event_invoke_configuration() -> None:
    put = original(LambdaBackend, "put_function_event_invoke_config")

    def put_function_event_invoke_config(self: LambdaBackend, function_name: str, config: dict[str, Any]) -> Any:
        self.get_function(function_name).event_invoke_config.clear()
        return put(self, function_name, config)

    def update_function_event_invoke_config(self: LambdaBackend, function_name: str, config: dict[str, Any]) -> Any:
        before = self.get_function(function_name).event_invoke_config
        merged = (before[-1].config if before else {}) | config
        return put_function_event_invoke_config(self, function_name, merged)

    method(LambdaBackend)(put_function_event_invoke_config)
    method(LambdaBackend)(update_function_event_invoke_config)
