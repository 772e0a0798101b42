"""How many cases each fuzz test tries: 200 in `make test`, as many as DIYA_FUZZ says in `make soak`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("DIYA_FUZZ", "200"))
MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
