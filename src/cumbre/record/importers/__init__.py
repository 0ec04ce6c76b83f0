"""Event files of the public archives to the event table of a case."""
