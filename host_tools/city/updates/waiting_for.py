"""What a rollout of a release waits for, in a sentence: whoever looks at it at night has to see whether it hangs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.share import SENT, WAITING
from host_tools.city.rollouts.waves import GONE
from host_tools.city.store.rollout_tables import DONE, GOING
from host_tools.city.updates.street_versions import Runs
from host_tools.city.updates.update_share import ACCEPTED, UpdateShare
from host_tools.language.sentence import Sentence

MOST_NAMED = 5  # poles in a sentence


def waiting_for(row: Row, soak: int, shares: Iterable[UpdateShare], runs: Mapping[str, Runs], now: int) -> str:
    """What the rollout in *row* waits for at *now*; "" where nothing is to be said.

    *soak*: as in a Wish.  *runs*: {pole: what it runs}, as the store has it.
    """
    if row["state"] not in (GOING, DONE):
        return ""
    turn = [one for one in shares if one.wave <= row["wave"] and one.standing != GONE]
    away = [one for one in turn if one.state == WAITING and one.pole in runs and not runs[one.pole].online]
    if row["state"] == DONE:
        return Sentence("updates.waits_return", count=len(away)) if away else ""
    flying = [one for one in turn if one.state in (SENT, ACCEPTED) and one.standing == "flying"]
    if flying:
        return Sentence("updates.waits_answer", count=len(flying), some=_named(flying))
    if away and not any(one.standing == "good" for one in turn):
        return Sentence("updates.waits_first", count=len(away), some=_named(away))
    if any(one.state == WAITING for one in turn if one not in away):
        return Sentence("updates.waits_turn")
    took = [one.answered_at or 0 for one in turn if one.wave == row["wave"] and one.standing == "good"]
    left = max(took, default=now) + soak - now
    return Sentence("updates.waits_soak", minutes=-(-left // 60)) if left > 0 else ""


def _named(poles: list[UpdateShare]) -> str:
    names = ", ".join(one.pole for one in poles[:MOST_NAMED])
    return names + (f" +{len(poles) - MOST_NAMED}" if len(poles) > MOST_NAMED else "")
