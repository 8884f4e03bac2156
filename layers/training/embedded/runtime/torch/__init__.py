"""Stands in for PyTorch, which SkyRL imports for annotations and never calls on the JAX backend.

The version is too old for transformers, which therefore leaves PyTorch alone.
"""

__version__ = "0.0.0"


class Tensor:
    pass
