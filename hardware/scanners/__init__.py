"""Barcode and QR scanners and their virtual twin."""
