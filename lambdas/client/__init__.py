"""Asks an endpoint for a prediction, each user by the same model through a rollout; in a Lambda function or outside.

from lambdas.client import connect

answer = connect("prod").invoke(Request("mortgage", body, key="user-17"))
"""

from lambdas.client.client import Answer, Client, connect
from lambdas.client.request import Request

__all__ = ["Answer", "Client", "Request", "connect"]
