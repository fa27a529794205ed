"""Serve the Reality Management API."""
