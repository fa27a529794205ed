"""What the verdicts of runs mean: what moved, since when, why, and how to see it again."""
