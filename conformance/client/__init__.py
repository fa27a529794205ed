"""What is sent: the one place that speaks HTTP, with its limits, its budget, its tokens and its record."""

from conformance.client.auth.jwt import claims, scopes
from conformance.client.auth.tokens import Credentials
from conformance.client.budget import Budget
from conformance.client.retry_after import retry_after
from conformance.client.sender import Client, budget_for

__all__ = ["Budget", "Client", "Credentials", "budget_for", "claims", "retry_after", "scopes"]
