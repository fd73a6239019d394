from __future__ import annotations

from tests.sandbox.sagemaker.conftest import hosting

__all__ = ["hosting"]
