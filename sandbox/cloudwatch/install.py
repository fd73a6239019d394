"""Put CloudWatch on moto, and evaluate its alarms."""

from sandbox.clock import Ticker
from sandbox.cloudwatch import alarm_api, alarms, metric_api

_INTERVAL = 0.5  # seconds between two looks at every alarm
_loop: list[Ticker] = []


def install() -> None:
    """Extend moto."""
    metric_api.install()
    alarm_api.install()
    alarms.observe_transitions()


def start() -> None:
    """Evaluate alarms from now on."""
    _loop.append(Ticker("alarms", _INTERVAL, alarms.evaluate_all))
    _loop[-1].start()


def stop() -> None:
    """Stop evaluating."""
    while _loop:
        _loop.pop().stop()
