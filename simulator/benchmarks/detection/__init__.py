"""Benchmark of fault detection: a generated population of poles, each simulated with Diya's detectors and with a
reference rule set, over the same plant and the same noise, and judged by the same judge.

A pole here is plant, calendar, lamp and detectors, with neither firmware tasks nor network around them, so that ten
thousand nights take minutes.
"""
