"""Everything that a reader sees of a run: each module renders `run.json` into one format."""
