"""What the page of a run shows, section by section."""
