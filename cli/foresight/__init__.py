"""What a plan will do, reckoned before it runs: the judge's own tests on simulated periods. No I/O."""
