"""Scenarios of the iTwins API: accounts, and the resources of repositories."""
