"""Reads one documentation page into a draft: an OpenAPI file of its operation and rows with quotes."""
