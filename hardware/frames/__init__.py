"""Frames of vendors nobody here has met, described in a TOML file instead of a program."""
