"""The pole's time: clock, witnesses, vote, time servers."""
