"""The programs of an Image Builder made for tests; it needs nothing but Python and Debian."""
