"""What a site's file says of its data that others read: who may be told of changes, and what is open to all.

```toml
[ngsi]
hosts = ["broker.egov.example:443"]        # where notifications may go: HOST or HOST:PORT
categories = {park = "park", bridge = "bridge"}  # a class of road: its locationCategory; road without

[open_data]
enabled = true                             # /open/ is there, without a token; off without this line
licence = "https://data.gov.in/government-open-data-license-india"
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CATEGORIES = (  # of Smart Data Models' Streetlight 0.2.1
    "bridge", "centralIsland", "facade", "garden", "park", "parking", "pedestrianPath", "playground", "road",
    "sidewalk", "tunnel",
)  # fmt: skip
LICENCE = "https://data.gov.in/government-open-data-license-india"


@dataclass(frozen=True)
class PublishSettings:
    """``hosts`` in small letters, as in an address; ``categories`` by class of road."""

    hosts: tuple[str, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)
    open_data: bool = False
    licence: str = LICENCE
