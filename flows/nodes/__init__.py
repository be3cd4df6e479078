"""Node types, one file each. A file put here is known; nothing else has to be edited."""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
