"""What becomes of the firmware's sources on their way to a pole."""

from __future__ import annotations

import ast

from host_tools.short_names.flat import flat_names, flatten
from host_tools.short_names.names import shorten
from host_tools.short_names.together import is_empty, put_together, staying


def for_a_pole(texts: dict[str, str]) -> dict[str, str]:
    """*texts* ({path below the firmware: source}) as a pole has them: short names, no folders, and in one file what
    stays in memory.  The same sources give the same result.  A package with nothing in it is none of them.

    Raises NamesError for a source in which a name cannot be followed, SyntaxError for one that is none.
    """
    modules = staying(texts)
    flat = flat_names(texts)
    together = put_together(flatten(shorten(texts, modules)), [flat[module] for module in modules])
    return {file: text for file, text in together.items() if not is_empty(ast.parse(text))}
