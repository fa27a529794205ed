"""Keep what the platform knows: records, tables, files, and the worlds that it begins with."""
