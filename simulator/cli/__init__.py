"""The verbs of the simulator: `diya simulate` and the demo."""
