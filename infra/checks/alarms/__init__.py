"""Checks on CloudWatch alarms as plain data, wherever they come from."""
