"""Puts the stable model back: on an alarm, or on an error in the workflow."""
