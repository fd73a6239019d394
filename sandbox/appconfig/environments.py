"""Applications, environments and configuration profiles: what moto lacks of their API."""

from moto.appconfig.responses import AppConfigResponse

from sandbox.appconfig.environment import Environment
from sandbox.appconfig.refusal import bad_request, conflict
from sandbox.appconfig.settings import settings
from sandbox.appconfig.store import ENVIRONMENTS, LOCK, Answer, answer, application, arn, backend, page, tag
from sandbox.appconfig.store import environment as find
from sandbox.appconfig.store import profile as find_profile
from sandbox.registry import method


def install() -> None:
    """Put the actions on moto."""
    for action in (
        list_applications,
        delete_application,
        create_environment,
        get_environment,
        list_environments,
        update_environment,
        delete_environment,
        delete_configuration_profile,
    ):
        method(AppConfigResponse)(action)


def list_applications(self: AppConfigResponse) -> Answer:
    """Return the applications."""
    return page(self, [each.to_json() for each in backend().applications.values()])


def delete_application(self: AppConfigResponse) -> Answer:
    """Delete an application that holds nothing."""
    with LOCK:
        found = application(self._get_param("ApplicationId"))
        if found.config_profiles or ENVIRONMENTS.get(found.id):
            raise bad_request(f"Cannot delete application {found.id} because it still has environments or profiles.")
        backend().delete_application(found.id)
    return answer({}, 204)


def create_environment(self: AppConfigResponse) -> Answer:
    """Create an environment."""
    with LOCK:
        owner = application(self._get_param("ApplicationId")).id
        made = Environment(owner, self._get_param("Name"), settings(), self._get_param("Description"))
        made.monitors = self._get_param("Monitors") or []
        ENVIRONMENTS.setdefault(owner, {})[made.id] = made
    tag(self, arn(f"application/{owner}/environment/{made.id}"))
    return answer(made.told(), 201)


def get_environment(self: AppConfigResponse) -> Answer:
    """Return an environment."""
    with LOCK:
        return answer(_asked(self).told())


def list_environments(self: AppConfigResponse) -> Answer:
    """Return an application's environments."""
    owner = application(self._get_param("ApplicationId")).id
    return page(self, [each.told() for each in ENVIRONMENTS.get(owner, {}).values()])


def update_environment(self: AppConfigResponse) -> Answer:
    """Change what the request names."""
    with LOCK:
        found = _asked(self)
        found.name = self._get_param("Name", found.name)
        found.description = self._get_param("Description", found.description)
        found.monitors = self._get_param("Monitors", found.monitors)
        return answer(found.told())


def delete_environment(self: AppConfigResponse) -> Answer:
    """Delete an environment in which nothing is being deployed."""
    with LOCK:
        found = _asked(self)
        if found.under_way:
            raise conflict(f"Cannot delete environment {found.id} because it has a deployment in progress")
        del ENVIRONMENTS[found.application][found.id]
    return answer({}, 204)


def delete_configuration_profile(self: AppConfigResponse) -> Answer:
    """Delete a profile without versions."""
    app, identifier = self._get_param("ApplicationId"), self._get_param("ConfigurationProfileId")
    with LOCK:
        if find_profile(app, identifier).config_versions:
            raise bad_request(
                f"Cannot delete configuration profile {identifier} because there are still hosted configuration"
                " versions existing under it."
            )
        backend().delete_configuration_profile(app, identifier)
    return answer({}, 204)


def _asked(self: AppConfigResponse) -> Environment:
    return find(self._get_param("ApplicationId"), self._get_param("EnvironmentId"))
