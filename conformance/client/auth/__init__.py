"""Tokens: the ones a role is given, and the ones that a target must refuse."""
