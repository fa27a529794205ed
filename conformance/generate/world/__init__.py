"""What a run has of a stranger's API: kinds of things, who makes them, and ids of every variant."""
