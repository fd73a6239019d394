"""The stacks: one class is one Terraform state. Composition only; what they are made of is in infra/."""

from infra import bindings

# Before any module of this package imports cdktf.
bindings.install()
