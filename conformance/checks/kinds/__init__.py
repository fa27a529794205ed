"""The checks, each in a module of its own."""
