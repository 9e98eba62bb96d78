"""One cable with many devices on it: whose turn it is, how long bytes take, and one thread that owns the port."""
