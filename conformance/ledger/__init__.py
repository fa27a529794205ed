"""What a run created and must delete again, and what is not its own."""
