"""What input that cannot be used raises; a module of its own, so that `_core` can raise it too."""


class Error(ValueError):
    """Bad input: says where, what was expected and what came."""


Error.__module__ = "faasconf"
