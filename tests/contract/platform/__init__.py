"""Scenarios of what holds for every operation of the platform."""
