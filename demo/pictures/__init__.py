"""The pictures of docs/patterns, each drawn from its page's own YAML by the parts that obey it."""
