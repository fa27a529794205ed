"""From options to outcome: one target judged, undone and reported."""
