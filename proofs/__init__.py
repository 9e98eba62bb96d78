"""What must hold, proven by long runs of the real engine: `make proofs`."""
