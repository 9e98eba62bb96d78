"""Days of a hall in fast motion: the server's own handlers on a hall in memory, with invented or recorded visitors."""
