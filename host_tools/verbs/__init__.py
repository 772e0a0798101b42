"""One file a verb of `diya`: each parses its options, calls the library, prints.  Imported only when it is used."""
