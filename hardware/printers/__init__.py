"""Slip printers and their virtual twin."""
