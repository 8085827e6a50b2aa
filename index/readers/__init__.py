"""From a file's bytes to an article's text: one file a format."""
