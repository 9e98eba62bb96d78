"""Bytes to and from a device: how they travel, never what they mean."""
