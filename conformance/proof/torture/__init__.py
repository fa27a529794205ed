"""Torture: for each request of a run, everything that can happen to it on the way."""
