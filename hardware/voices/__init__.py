"""Engines that turn a sentence into sound."""
