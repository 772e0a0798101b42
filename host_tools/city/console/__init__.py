"""The console: what the command centre sees of its street lights, and how it acts on them, in a browser.

`app.py` puts the routes together; each screen is a module of `pages/` with its template; `access/` says who may; `live`
sends what changes.  The process has no key of any pole: it writes orders into the store, which the receiver judges and
sends.

Tests of all screens together: `test_security` (who may come in, and that texts stay texts), `test_sentences`.
"""
