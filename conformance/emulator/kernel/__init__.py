"""Carry a request from the socket through its operation and back."""
