"""Places where a sound is heard."""
