"""Break the operations of the iTwins API on purpose."""
