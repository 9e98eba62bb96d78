"""Figures measured on this machine, each beside a floor taken in the same run. `python -m bench` runs them all."""
