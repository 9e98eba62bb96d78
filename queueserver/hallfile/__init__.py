"""The hall as one readable TOML file: reading it with every error named by line, writing it, importing directories.

Knows the shape of `contract.config`, and the plan the rules make of it; nothing of the database, the web or the clock.
"""

from queueserver.hallfile.findings import Finding, HallFileError
from queueserver.hallfile.reading import Reading, findings_in, load, read, read_file
from queueserver.hallfile.wording import Severity
from queueserver.hallfile.writing import write

__all__ = ["Finding", "HallFileError", "Reading", "Severity", "findings_in", "load", "read", "read_file", "write"]
