"""Reports parts that raise, and stores over a restart which of them the city was told: loaded for a moment.

``partFailure`` is raised while any part fails; it is reported again whenever another one fails or one works again.
"""

import json

from pole.drivers.failures import NEW, OVER, TOLD, WELL

_NAME = "failed.json"  # [part, ...], as in app.py; there is none while all work
_TEXT = 120  # characters of what was raised


def restore(failures, store):
    """Restores what was reported before the restart: each part is tried, and reported as working when it does."""
    try:
        for part in json.loads(store.read(_NAME) or b"[]"):
            if part not in failures.failed:
                failures.failed[str(part)] = ["", failures.now, 0, TOLD]
            elif failures.failed[part][3] == NEW:
                failures.failed[part][3] = TOLD
    except (ValueError, TypeError):
        pass  # then a failure is reported once more


def tell_failures(failures, reporter, store, now):
    """An event for each part that began to fail, or works again, since this was last called."""
    failed = failures.failed
    failures.changed = False
    for part in sorted(failed):
        one = failed[part]
        if one[3] not in (NEW, OVER):
            continue
        one[3] = TOLD if one[3] == NEW else WELL
        still = [name for name in sorted(failed) if failed[name][3] in (TOLD, OVER)]
        fields = {"part": part, "works": one[3] == WELL, "error": one[0][:_TEXT], "parts": still}
        reporter.event(now, "partFailure", fields, bool(still))
    left = [name for name in sorted(failed) if failed[name][3] == TOLD]
    try:
        if left:
            store.write(_NAME, json.dumps(left).encode())
        else:
            store.remove(_NAME)
    except OSError:
        pass  # after a restart it is reported once more
