"""The ridge solution for one matrix, through Woodbury's identity.

dW = [ (lambda C + K^T K)^-1 K^T R ]^T     (MEMIT, Meng et al., ICLR 2023, eq. 14)
"""

import torch
from torch import Tensor

_AT_ONCE = 512  # rows: working many in, piece by piece, is cheaper than one large solve


class Ridge:
    """Solves for changes of one matrix that leave the outcome of some keys nearly as it is.

    inverse_c: C^-1 (d_ff, d_ff). ridge: lambda. Keys whose outcome shall stay are rows of K with
    R = 0, the same in every round: `keep` works them into A = C^-1 / lambda once.
    """

    def __init__(self, inverse_c: Tensor, ridge: float) -> None:
        self._a = inverse_c / ridge

    def copy(self) -> "Ridge":
        """One that goes on by itself."""
        return Ridge(self._a, 1.0)

    def keep(self, keys: Tensor) -> None:
        """Work keys (rows, d_ff) in, whose outcome shall stay."""
        for some in keys.split(_AT_ONCE):
            self._a -= self.solve(some, some @ self._a).T

    def solve(self, keys: Tensor, wanted: Tensor) -> Tensor:
        """[ A K^T (I + K A K^T)^-1 R ]^T (width, d_ff).

        Args:
            keys: (T, d_ff).
            wanted: changes there (T, width).
        """
        a_k = self._a @ keys.T
        inner = keys @ a_k
        inner.diagonal().add_(1.0)
        change: Tensor = a_k @ torch.cholesky_solve(wanted, torch.linalg.cholesky(inner))
        return change.T
