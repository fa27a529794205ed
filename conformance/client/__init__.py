"""What is sent: the one place that speaks HTTP, with its limits, its budget, its tokens and its record."""

from conformance.client.auth.jwt import claims, scopes
from conformance.client.auth.tokens import Credentials
from conformance.client.budget import Budget
from conformance.client.sender import Client
from conformance.client.wire import retry_after

__all__ = ["Budget", "Client", "Credentials", "claims", "retry_after", "scopes"]
