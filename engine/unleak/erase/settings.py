"""What can be chosen of an edit."""

from dataclasses import dataclass, replace

from unleak.erase.anatomy import Anatomy
from unleak.erase.contexts import SHOWN


@dataclass(frozen=True)
class Settings:
    """What can be chosen.

    blocks: how many are edited: the last one, and in a model of 30 every second before it. Late
    ones move ordinary text least. ridge: lambda, how much what must stay weighs against a
    secret's token. gain: how much of a margin is asked for at first; above 1, because the ridge
    grants only a part of it. most: how much at most later, when that part is known. rounds: the
    most of them. shown: how many made-up contexts. twins: never-seen secrets beside each secret.
    prefix_tokens: how much of a case's own prefix is used. slack: nats that a token may stay
    above its level. each_token: go on until every token is down, not only the secret as a whole.
    drift_at: from how many secrets on the edit is asked to hold where further training moves them
    (see `drift`); a small edit loses little by it. drift_step: how far that training moves each
    weight. drift_blocks: the share of the model's blocks in which. drift_prefix: tokens of prefix
    there. taught: on how many secrets' twins at least; on those of every fourth where that is more.
    rough: rounds of the edit that it goes through.
    """

    blocks: int = 4
    ridge: float = 10000.0
    gain: float = 2.5
    most: float = 4.0
    rounds: int = 10
    shown: int = 1
    twins: int = 4
    prefix_tokens: int = 128
    slack: float = 0.5
    each_token: bool = False
    drift_at: int = 2
    drift_step: float = 6e-4
    drift_blocks: float = 0.5
    drift_prefix: int = 48
    taught: int = 2
    rough: int = 2

    def stronger(self) -> "Settings":
        """For secrets that these settings did not erase."""
        return replace(
            self,
            ridge=self.ridge / 3,
            rounds=self.rounds + 4,
            shown=len(SHOWN),
            slack=0.0,
            each_token=True,
            drift_at=1,
        )


def chosen_blocks(parts: Anatomy, settings: Settings) -> list[int]:
    """Indices of the blocks that are edited."""
    step = max(1, round(len(parts.blocks) / 15))
    return sorted(range(len(parts.blocks) - 1, -1, -step)[: settings.blocks])
