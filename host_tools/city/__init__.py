"""The ICCC's side: commands, record, correlation, alarms and the live street."""
