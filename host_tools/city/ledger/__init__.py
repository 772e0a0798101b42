"""The ledger: what the contract wants to know of nights and repairs.  Pure; what the store has is read in `store/`.

Tests of several modules: `test_truth` (a street of real firmware against its plant).
"""
