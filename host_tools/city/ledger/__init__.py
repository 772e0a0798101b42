"""The ledger: what the contract wants to know of nights and repairs.  Pure; what the store has is read in `store/`."""
