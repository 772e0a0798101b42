"""A city's own list of lights, as a site: read, understood, compared with what was there, written.

read     a file into a Table: rows of text with the names of their columns, and places where the file has geometry
propose  which column is what: a Mapping
lights   each row a Light: where it stands, what it burns, what the city calls it
identity which light is which pole, the same one at every import
plan     the site it makes: poles, luminaires, road classes, names; what was assumed; what differs from before
write    the files of the site's folder

Tests of several modules: `test_import` (`diya site import`).
"""
