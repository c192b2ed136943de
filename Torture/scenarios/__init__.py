"""One module a scenario; each has run(context) and returns its outcomes."""
