"""Who is judged, as whom, and with what."""
