"""Serve the iTwins API: iTwins, accounts, repositories and their resources."""
