"""One request and its response, how they are recorded, and what of them is secret."""
