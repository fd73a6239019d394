"""AppConfig Data: sessions, tokens that work once, and a least interval between two polls."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.responses import BaseResponse

from sandbox.appconfig.environment import Environment
from sandbox.appconfig.refusal import Refused, bad_request, not_found
from sandbox.appconfig.settings import settings
from sandbox.appconfig.store import ENVIRONMENTS, LOCK, Answer, answer, backend, look_at_all
from sandbox.clock import now
from sandbox.registry import method

_DEFAULT_INTERVAL = 60
_TOKEN_LIFETIME = 86_400.0


class AppConfigDataResponse(BaseResponse):
    """Answers AppConfig Data, of which moto knows nothing."""

    def __init__(self) -> None:
        super().__init__(service_name="appconfigdata")


@dataclass(slots=True)
class Session:
    """A client's session: the ``draw`` (0 to 1) decides when a growing deployment reaches it."""

    environment: Environment
    profile: str
    interval: int
    draw: float
    polled: float | None = None
    issued: float = 0.0
    known: tuple[int, str] | None = None


_sessions: dict[str, Session] = {}


def install() -> None:
    """Put the actions on moto."""
    for action in (start_configuration_session, get_latest_configuration):
        method(AppConfigDataResponse)(action)


def start_configuration_session(self: AppConfigDataResponse) -> Answer:
    """Begin a session; names and ids are accepted."""
    interval = self._get_param("RequiredMinimumPollIntervalInSeconds") or _DEFAULT_INTERVAL
    with LOCK:
        app = _named("Application", backend().applications.values(), self._get_param("ApplicationIdentifier"))
        places = ENVIRONMENTS.get(app.id, {}).values()
        place = _named("Environment", places, self._get_param("EnvironmentIdentifier"))
        asked = self._get_param("ConfigurationProfileIdentifier")
        profile = _named("ConfigurationProfile", app.config_profiles.values(), asked)
        session = Session(place, profile.id, int(interval), random.random())
        return answer({"InitialConfigurationToken": _token(session)}, 201)


def _named(kind: str, things: Any, given: str) -> Any:
    for each in things:
        if given in (each.id, each.name):
            return each
    raise not_found(kind, given)


def _token(session: Session) -> str:
    session.issued = now()
    token = secrets.token_urlsafe(24)
    _sessions[token] = session
    return token


def get_latest_configuration(self: AppConfigDataResponse) -> tuple[int, dict[str, Any], bytes]:
    """Return the configuration where it is another than the session's last, else nothing; and the next token."""
    with LOCK:
        look_at_all()
        token = self._get_param("configuration_token")
        session = _sessions.get(token)
        if session is None:
            raise _problem("Corrupted", "Invalid configuration token")
        if now() - session.issued > _TOKEN_LIFETIME:
            raise _problem("Expired", "Expired configuration token")
        if session.polled is not None and now() - session.polled < session.interval * settings().pace:
            raise _problem("PollIntervalNotSatisfied", "Request too early")
        return _poll(token, session)


def _poll(token: str, session: Session) -> tuple[int, dict[str, Any], bytes]:
    place = session.environment
    served = place.served(session.profile, session.draw) if place.id in ENVIRONMENTS[place.application] else None
    if served is None:
        raise not_found("Deployment", f"of {session.profile} to {place.id}")
    del _sessions[token]
    session.polled = now()
    headers = {
        "status": 200,
        "Next-Poll-Configuration-Token": _token(session),
        "Next-Poll-Interval-In-Seconds": str(session.interval),
        "content-type": served.content.kind,
    }
    news = (served.number, served.content.version)
    if session.known == news:
        return 200, headers, b""
    session.known = news
    label = {"Version-Label": served.content.label} if served.content.label else {}
    return 200, headers | label, served.content.body


def identified(given: Mapping[str, Any]) -> dict[str, str]:
    """Name what a request is about by ids, as ARNs do: names are looked up, and a token tells its session."""
    with LOCK:
        session = _sessions.get(given.get("ConfigurationToken", ""))
        if session:
            place = session.environment
            return _ids(place.application, place.id, session.profile)
        app = _id(backend().applications.values(), given.get("ApplicationIdentifier", ""))
        places = ENVIRONMENTS.get(app, {}).values()
        profiles = backend().applications[app].config_profiles.values() if app in backend().applications else ()
        return _ids(
            app,
            _id(places, given.get("EnvironmentIdentifier", "")),
            _id(profiles, given.get("ConfigurationProfileIdentifier", "")),
        )


def _ids(application: str, environment: str, profile: str) -> dict[str, str]:
    return {"ApplicationId": application, "EnvironmentId": environment, "ConfigurationProfileId": profile}


def _id(things: Any, given: str) -> str:
    return next((each.id for each in things if given in (each.id, each.name)), given)


def _problem(problem: str, message: str) -> Refused:
    details = {"InvalidParameters": {"ConfigurationToken": {"Problem": problem}}}
    return bad_request(message, "InvalidParameters", details)
