"""Rollouts before they happen: the very core and shell, on simulated or recorded traffic, with a clock that jumps."""
