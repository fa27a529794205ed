"""Break authentication and authorization on purpose."""
