"""What looks at the project itself, beside its tests; nothing here ships or is imported by anything else."""
