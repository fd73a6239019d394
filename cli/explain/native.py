"""What is said where SageMaker itself replaces the fleet: there is nothing to reckon, but it has a price."""

from collections.abc import Iterator

from cli.foresight.outlook import Fleet
from infra.spec import Endpoint, Native, Strategy


def notes(endpoint: Endpoint, native: Native, fleet: Fleet | None) -> tuple[str, ...]:
    """Say who rolls out, what can take it back, and what it costs meanwhile; ``fleet`` is None where serverless."""
    return (*_who(endpoint, native), *(_cost(native, fleet) if fleet else ()))


def _who(endpoint: Endpoint, native: Native) -> Iterator[str]:
    if endpoint.serverless:
        yield (
            "SageMaker switches the serverless endpoint all at once, and nothing takes it back by itself (people are"
            " told when an alarm fires): there is no canary to compare with stable, and nothing to reckon."
        )
        return
    yield (
        f"SageMaker replaces the fleet by itself ({native.strategy}) and its alarms alone take it back:"
        " there is no canary to compare with stable, and nothing to reckon."
    )
    if endpoint.async_:
        yield (
            "The endpoint is asynchronous: both fleets work one queue off, and a request that a bad version fails is"
            " not tried again."
        )


def _cost(native: Native, fleet: Fleet) -> Iterator[str]:
    price = "" if fleet.hourly is None else f" = {fleet.hourly:.2f} USD an hour"
    asked = f" No price is given (`prices: {{{fleet.instance}: ...}}`, or --price)." if fleet.price is None else ""
    if native.strategy is Strategy.ROLLING:
        yield f"The fleet ({fleet}{price}) has one batch more while it is replaced.{asked}"
    else:
        yield f"While it is replaced, the fleet ({fleet}{price}) is there twice, until `baking` is over.{asked}"
