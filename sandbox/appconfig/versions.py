"""Hosted configuration versions: validated, with labels and a lock against lost updates."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped] # it ships no types
from moto.appconfig.models import ConfigurationProfile, HostedConfigurationVersion
from moto.appconfig.responses import AppConfigResponse

from sandbox.appconfig.refusal import bad_request, conflict, not_found
from sandbox.appconfig.store import LOCK, Answer, answer, page, profile
from sandbox.registry import method


def install() -> None:
    """Put the actions on moto."""
    for action in (
        create_hosted_configuration_version,
        get_hosted_configuration_version,
        list_hosted_configuration_versions,
        delete_hosted_configuration_version,
    ):
        method(AppConfigResponse)(action)


def create_hosted_configuration_version(self: AppConfigResponse) -> Answer:
    """Keep a version, if its validators pass and the latest one is the one that the request names."""
    body: Any = self.body if isinstance(self.body, bytes) else str(self.body).encode()
    label = self.headers.get("VersionLabel")
    with LOCK:
        owner = _profile(self)
        _check_latest(owner, self.headers.get("Latest-Version-Number"))
        if label and any(each.version_label == label for each in owner.config_versions.values()):
            raise conflict(f"Version label {label} exists already")
        validate(owner, body)
        made = owner.create_version(
            owner.application_id, owner.id, self.headers.get("Description"), body, _type(self), label
        )
    return 201, {"status": 201, **_headers(made)}, made.content


def _check_latest(owner: ConfigurationProfile, expected: str | None) -> None:
    latest = max(owner.config_versions, default=0)
    if expected is not None and int(expected) != latest:
        raise conflict(f"The latest version is {latest}, not {expected}")


def validate(owner: ConfigurationProfile, body: bytes) -> None:
    """Run the profile's JSON schemas (draft 4); BadRequestException with the places that fail."""
    for validator in owner.validators or []:
        if validator["Type"] != "JSON_SCHEMA":
            raise NotImplementedError("The sandbox runs no validator of type LAMBDA.")
        try:
            document = json.loads(body)
        except ValueError as error:
            raise bad_request(f"Error validating configuration: {error}") from error
        schema = jsonschema.Draft4Validator(json.loads(validator["Content"]))
        if faults := [_fault(fault) for fault in schema.iter_errors(document)]:
            told = "; ".join(fault["Reason"] for fault in faults)
            details = {"InvalidConfiguration": faults}
            raise bad_request(f"Error validating configuration: {told}", "InvalidConfiguration", details)


def _fault(error: Any) -> dict[str, str]:
    place = "/".join(str(part) for part in error.absolute_path)
    return {"Constraint": str(error.validator), "Location": f"#/{place}", "Reason": error.message, "Type": "schema"}


def get_hosted_configuration_version(self: AppConfigResponse) -> Answer:
    """Return a version's content."""
    found = version(_profile(self), self._get_param("VersionNumber"))
    return 200, {"status": 200, **_headers(found)}, found.content


def list_hosted_configuration_versions(self: AppConfigResponse) -> Answer:
    """Return the versions, the latest first."""
    versions = sorted(_profile(self).config_versions.items(), reverse=True)
    return page(
        self,
        [
            {
                "ApplicationId": each.app_id,
                "ConfigurationProfileId": each.config_id,
                "VersionNumber": number,
                "Description": each.description,
                "ContentType": each.content_type,
                "VersionLabel": each.version_label,
            }
            for number, each in versions
        ],
    )


def delete_hosted_configuration_version(self: AppConfigResponse) -> Answer:
    """Delete a version; what is deployed stays deployed."""
    with LOCK:
        owner = _profile(self)
        owner.delete_version(version(owner, self._get_param("VersionNumber")).version)
    return answer({}, 204)


def version(owner: ConfigurationProfile, given: str) -> HostedConfigurationVersion:
    """Find a version by its number or its label."""
    for number, each in owner.config_versions.items():
        if str(given) in (str(number), each.version_label):
            return each
    raise not_found("HostedConfigurationVersion", given)


def _profile(self: AppConfigResponse) -> ConfigurationProfile:
    return profile(self._get_param("ApplicationId"), self._get_param("ConfigurationProfileId"))


def _type(self: AppConfigResponse) -> str:
    return self.headers.get("Content-Type") or "application/octet-stream"


def _headers(made: HostedConfigurationVersion) -> dict[str, Any]:
    headers: dict[str, Any] = {
        "application-id": made.app_id,
        "configuration-profile-id": made.config_id,
        "version-number": str(made.version),
        "description": made.description,
        "content-type": made.content_type,
        "VersionLabel": made.version_label,
    }
    return {name: value for name, value in headers.items() if value is not None}
