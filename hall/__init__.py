"""The `hall` command: one door to every part of the product for the people who install and run it."""
