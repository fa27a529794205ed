"""Name the ways in which a service breaks its contract, filed by API and operation, auth and wire."""
