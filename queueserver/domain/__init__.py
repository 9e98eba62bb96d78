"""The hall's rules as pure values and functions: no clock, no random, no I/O."""
