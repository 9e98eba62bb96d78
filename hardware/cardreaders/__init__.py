"""Identity card readers and their virtual twin."""
