"""The screens: a module each, with its routes in ROUTES and its template of the same name.

Tests of several modules: `test_alarm_life_browser` (alarms, orders, crew and pole in Chromium),
`test_programmes_browser` (drafts and rollouts in Chromium), `test_updates_browser` (a release in Chromium),
`test_every_screen` (all of them, in both languages), `test_map_first` (the map before WebGL begins).
"""
