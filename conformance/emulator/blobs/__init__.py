"""The storage in which the data itself stands: containers of block blobs, as Azure serves them."""
