import pytest

from demo.data import Split, applicants, split
from demo.models import Model, train_all


@pytest.fixture(scope="session")
def data() -> Split:
    return split(applicants())


@pytest.fixture(scope="session")
def models(data: Split) -> dict[str, Model]:
    return {model.recipe.version: model for model in train_all(data)}
