"""The contract: scenarios that run against a target, wherever this folder stands."""
