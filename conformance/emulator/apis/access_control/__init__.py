"""Serve version 2 of the Access Control API: permissions, roles, members and owners."""
