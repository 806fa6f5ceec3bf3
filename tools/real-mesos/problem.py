"""What goes wrong in a way that a person can mend."""


class Problem(Exception):
    """Its text is one line: what is wrong and what to do."""
