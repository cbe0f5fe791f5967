"""The processor's prefetch as a numba intrinsic: ask for a cache line before it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.extending import intrinsic
from numpy.typing import NDArray

_POINTER = ir.IntType(8).as_pointer()
_WORD = ir.IntType(32)
_NAME = "llvm.prefetch.p0"


def _prefetch(_typing: Any, array: Any, index: Any) -> Any:
    signature = types.void(array, types.uint64)
    del index

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(held.data, [arguments[1]]), _POINTER)
        kind = ir.FunctionType(ir.VoidType(), [_POINTER, _WORD, _WORD, _WORD])
        function = cgutils.get_or_insert_function(builder.module, kind, _NAME)
        # read, keep in every cache level, data (not instructions)
        builder.call(function, [place, *(ir.Constant(_WORD, flag) for flag in (0, 3, 1))])
        return context.get_dummy_value()

    return signature, generate


def _skip(array: NDArray[Any], index: np.uint64) -> None:
    """Ask for nothing: where the kernels run as plain Python there is nothing to hide."""
    del array, index


_uncompiled = bool(config.DISABLE_JIT)  # pyright: ignore[reportAttributeAccessIssue]

#: prefetch(array, index) asks for the cache line of `array[index]`; no value changes.
prefetch = cast(
    "Callable[[NDArray[Any], np.uint64], None]", _skip if _uncompiled else intrinsic(_prefetch)
)
