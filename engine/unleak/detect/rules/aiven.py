"""Aiven."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="aiven-password",
        kind="aiven-password",
        pattern=token(r"AVNS_[A-Za-z0-9_\-]{19}", r"A-Za-z0-9_\-"),
        keywords=("avns_",),
        reference="https://aiven.io/docs",
        min_entropy=3.0,
        true=("connect('‹AVNS_7-pC1aL8BNbS064HWxb›')",),
    ),
    Rule(
        id="aiven-token",
        kind="aiven-token",
        pattern=assigned("aiven", "[A-Za-z0-9/+=]{372}", "A-Za-z0-9/+="),
        keywords=("aiven",),
        reference="https://aiven.io/docs",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "aiven.token=‹797Qb39lo3aT5hWGdGbV3l7xz3nCpXHMxsfkM8fqoQzLf3WVmWfnn5iyC6rYsg9F8ywuPacMqpix81LJ6wIPZcQqcRJizd0YbPXfnKW6m1DqVL8lNNu9bnz0lteCMj0Y8UOC406y2YbXeP26jDrSkMFK4z5meAEoq6yO2XFLAYVKLN3GPlMzkbyaK7x4fldqqcE4SMT5otXXOprrGDl9a8FrOF2Xui8lboQa4aCUpQOBu83dJ7nNcjOGS7t8RepdR69HZqs1nFIkaUTy9nAiPsTb9OlbSZqgKXZZI3YTwQGMJIkSheqvByThZvbpH0h4yWEXzpkhyKK2lWQT3Y09iFDNa5eI8JoRIjhh0id7NMlV4sjkmwL5›",
        ),
        false=(
            "build_id=Ygan8sKoVT9B6I1ZfYTK2KaGFMeZvsjL9pRmZpZf6lqDV6jtZ5TOyjJGxnd1DdwqpbocDk9oUHLURsIlF6iVukx9ZPLsGajSEqw86K6lRv05VdtkkZOS7t4iQqSXbZbFI4s0o6OKDgsA3d2d3OKXj9ny0lSPjsEELpU3mdtjrtrhDuMyOu2NKSWNqSAnIzrebuzaQEn3BauaxkUndpy4SARD6CRp0b5KqbFbm7eLvUlK3wif9p7xca92RzfGPHJ8DUxPSVzHVjnLsWxuTk86MWoesn9iMhg7tv05VPjLWXWpx61cuFsh2Ocsz2fnKfl9uYkw7gpsamefOB6QbKwLj55ph9fpYJuGpjiBrXOizeqWhKMxeR3P",
        ),
    ),
)
