"""What the documentation promises: definitions, requirements, and the pages that they were read from."""
