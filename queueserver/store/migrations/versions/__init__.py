"""The steps, oldest first; a step that has landed is never edited."""
