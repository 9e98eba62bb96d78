"""Halls to start from, as files inside the package: `hall demo` runs one, an installer copies one."""
