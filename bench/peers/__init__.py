"""Pullquote beside what people use instead: each in an environment of its own, put through the same, in one run."""
