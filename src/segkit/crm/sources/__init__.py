"""Files and tables of an export → `Raw`: every row as it stands there, staged once where the engine cannot read it."""

from segkit.crm.sources.engines import connect
from segkit.crm.sources.raw import Note, Raw
from segkit.crm.sources.reading import headers_and_sample, read, require

__all__ = ["Note", "Raw", "connect", "headers_and_sample", "read", "require"]
