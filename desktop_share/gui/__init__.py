"""The window, in Qt. It never sees Flask, werkzeug, waitress or the server."""
