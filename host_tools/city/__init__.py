"""The command centre's side (ICCC): commands, record, correlation, alarms and the live street.

What docs/deploy.md tells an administrator to set up: `test_deploy`.
"""
