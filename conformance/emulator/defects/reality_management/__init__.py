"""Break the operations of the Reality Management API on purpose."""
