"""Where facts are kept: tables, their rows, and the one writer that commits them."""
