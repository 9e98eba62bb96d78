"""Descriptions that come with us, as TOML files."""
