"""Break what all operations have in common: responses, headers, limits, ids and their timing."""
