"""AWS's public list prices of us-east-1 in USD, without the free tier, as of November 2026.

Source: the pricing pages of the services, https://aws.amazon.com/SERVICE/pricing/. What changes them changes here.
"""

MILLION = 1_000_000
TRANSITION = 0.025 / 1_000
"""Step Functions, standard workflows: a state transition, retries included."""
INVOCATION, GB_SECOND = 0.20 / MILLION, 0.0000166667
"""Lambda, x86."""
METRIC_ASKED = 0.01 / 1_000
"""CloudWatch: a metric that GetMetricData is asked for."""
CALL = 0.01 / 1_000
"""CloudWatch: any other request, such as DescribeAlarms."""
METRIC_MONTH = 0.30
"""CloudWatch: a custom metric, by the hour in which it is published."""
ALARM_METRIC_MONTH = 0.10
"""CloudWatch: a metric that a standard alarm reads; one with metric math reads several."""
LOG_GB = 0.50
"""CloudWatch Logs: ingestion."""
READ_UNIT, WRITE_UNIT = 0.125 / MILLION, 0.625 / MILLION
"""DynamoDB on demand: 4 KB read, 1 KB written; both count twice in a transaction."""
NOTIFICATION, EMAIL = 0.50 / MILLION, 2.0 / 100_000
"""SNS: a publication, and an e-mail."""
SQS_REQUEST = 0.40 / MILLION
"""SQS: a request, an empty receive too."""
TRACE = 5.0 / MILLION
"""X-Ray: a trace recorded."""
HOURS = 730.0
"""Of a month."""
