"""Call pads of clerks and rating pads of visitors, and their virtual twins."""
