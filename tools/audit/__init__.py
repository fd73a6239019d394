"""Known vulnerabilities in what is locked, held to a list of what may stay and until when (`ignored.toml`).

pip-audit asks PyPI's advisories and npm its registry's: both need the network.
"""
