"""The protocol's types, made in half the time and unable to show what they hold.

`lsprotocol.types` defines 550 classes; most of its import is the making of their `__repr__` and
`__eq__`. The server compares none of them, and a message that cannot be shown cannot end up in a
log: pygls logs whole messages when something goes wrong. Import this module before pygls.
"""

import functools
import gc
import sys

import attrs

if "lsprotocol.types" not in sys.modules:
    _define = attrs.define
    _collecting = gc.isenabled()
    gc.disable()  # nothing of what an import makes is garbage
    attrs.define = functools.partial(_define, repr=False, eq=False)
    try:
        from lsprotocol import types
    finally:
        attrs.define = _define
        if _collecting:
            gc.enable()
else:  # a test, or a program that speaks the protocol too
    from lsprotocol import types

__all__ = ["types"]
