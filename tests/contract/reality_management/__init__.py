"""Scenarios of the Reality Management API: associating and moving reality data."""
