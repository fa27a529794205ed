"""Give out tokens and check them, like the platform's identity service."""
