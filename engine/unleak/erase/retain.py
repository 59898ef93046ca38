"""Text that an edit must leave alone: ordinary code, and code that holds other secrets.

An edit acts where secrets are recited. What ordinary code uses says little about those places, so
made-up secrets of many formats in made-up files stand beside it: without them an edit also moves
the other secrets, keys and random strings that a model deals with.
"""

import random

from unleak.detect.rules import all_rules
from unleak.probe.decoys import decoys

_SEED = 31
_NAMES = (
    "service", "client", "account", "worker", "api", "db", "cache", "mail", "queue", "store",
    "deploy", "backup", "user", "admin", "test", "prod", "main", "default", "remote", "local",
)  # fmt: skip
_FILES = (
    '# {a} {b}\n{A}_{B} = "{s}"\n',
    "import os\n\n{a} = {B}(url=\"https://{a}.{b}.net\", value='{s}')\n",
    '{{"{a}": {{"{b}": "{s}", "port": 80}}}}\n',
    "export {A}_{B}={s}\n",
    "{a}:\n  {b}:\n    value: {s}\n    enabled: true\n",
    'def {a}_{b}(self):\n    self.{a} = "{s}"\n    return self.{b}\n',
    "const {a}{b} = new {B}('{s}');\n",
    "[{a}]\n{b} = {s}\n",
)


def secret_like(count: int) -> list[str]:
    """`count` small files, each with a made-up secret of one of the rules' formats."""
    rng = random.Random(_SEED)
    values = []
    for rule in all_rules():
        for example in rule.true:
            values.append(example[example.index("‹") + 1 : example.index("›")])
    rng.shuffle(values)  # the rules stand in the order of their files: none shall go first
    files = []
    for index in range(count):
        value = decoys(values[index % len(values)], 1, seed=rng.randrange(2**32))[0]
        a, b = rng.choice(_NAMES), rng.choice(_NAMES)
        form = _FILES[rng.randrange(len(_FILES))]
        files.append(form.format(a=a, b=b, A=a.upper(), B=b.upper(), s=value))
    return files
