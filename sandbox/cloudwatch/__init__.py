"""CloudWatch: a metric store bucketed on write, statistics, metric math, alarms."""
