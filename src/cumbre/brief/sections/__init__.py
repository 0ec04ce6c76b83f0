"""Facts into words and charts, one section of the page a module, one language at a time."""
