"""LED bars over windows and digit displays, and their virtual twins."""
