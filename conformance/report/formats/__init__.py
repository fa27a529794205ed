"""One format of the report a module: where it goes, and how a run is rendered in it."""
