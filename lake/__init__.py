"""The analysis of captured traffic: DuckDB on one machine, the same SQL for Athena. See docs/lake.md."""
