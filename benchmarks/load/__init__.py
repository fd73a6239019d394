"""Many rollouts at once: the real handlers on an AWS in memory that refuses what comes too fast."""
