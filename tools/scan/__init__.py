"""A static scan of the synthesized Terraform by checkov, held to a table of reasons (`reasons.toml`).

checkov has an environment of its own: it pins boto3 and a hundred others to versions that we do not use.
"""
