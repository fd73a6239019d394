"""The typed environment, reusable constructs and the Lambda artifact. Knows no environment by name."""

from infra import bindings

# Before any module of this package can import a provider binding.
bindings.install()
