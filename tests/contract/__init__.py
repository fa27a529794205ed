"""The contract: stories that run against a target, wherever this folder stands."""
