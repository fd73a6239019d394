"""Lambda: functions run from their deployed zip by AWS's own runtime client."""
