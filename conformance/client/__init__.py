"""What is sent: the one place that speaks HTTP, with its limits, its budget, its tokens and its record."""

from conformance.client.budget import Budget
from conformance.client.sender import Client, retry_after
from conformance.client.tokens import Credentials

__all__ = ["Budget", "Client", "Credentials", "retry_after"]
