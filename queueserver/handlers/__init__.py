"""What the hall can be asked to do: one command, one function."""
