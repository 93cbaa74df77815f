"""HTTP: a Flask app on a waitress thread. No Qt."""
