"""What a run found: verdicts, and the document that holds them."""
