"""Stand in for the platform: its four judged operations, everything around them, and its identity service."""
