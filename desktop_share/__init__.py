"""Desktop Share: drop a file on a window, paste the link."""

__version__ = "0.1.0"
