"""The checks on a plan: what the rules let pass and a careful colleague would still ask about."""
