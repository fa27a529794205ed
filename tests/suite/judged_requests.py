"""Which requests that a proxy receives are those of a documented operation."""

from conformance.proof.fault_proxy import ReceivedRequest


def is_judged(received: ReceivedRequest) -> bool:
    """Tell whether this is one of the documented operations."""
    path = received.path.lower().rstrip("/")
    return path.endswith(("/account", "/move")) or (
        received.method == "POST" and ("/resources" in path or "/reality-data/" in path)
    )
