"""What changed from one definition of an API to the next, and whether that breaks who uses it."""
