"""The command centre's side (ICCC): commands, record, correlation, alarms and the live street."""
