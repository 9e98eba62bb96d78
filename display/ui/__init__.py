"""The glass of the hall's screens: paints what the presenter says and reports what it has painted; nothing else."""
