"""Serve the platform's APIs, one package each."""
