"""The version, in one place: the package, ``pullquote --version`` and the service all say this one."""

__version__ = "0.1.0"
