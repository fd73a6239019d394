"""The experiment: a sequential A/B/n test with the judge's engine, which may be looked at every period."""
