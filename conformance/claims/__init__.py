"""What the documentation claims: definitions, requirements, and the pages that they were read from."""
