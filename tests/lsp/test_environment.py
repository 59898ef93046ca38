"""A secret's place taken by an environment variable, language by language."""

import pytest

from unleak.lsp.environment import language_of, missing_import, replacement

S = "hunter2hunter2"


def done(language, line):
    start = line.index(S)
    found = replacement(language, line, start, start + len(S), "password")
    return None if found is None else line[: found.start] + found.text + line[found.end :]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("python", f'db_password = "{S}"', 'db_password = os.environ["DB_PASSWORD"]'),
        ("python", f"key = b'{S}'", 'key = os.environ["PASSWORD"].encode()'),
        ("python", f'connect(api_key="{S}")', 'connect(api_key=os.environ["API_KEY"])'),
        ("python", f'{{"dbPass": "{S}"}}', '{"dbPass": os.environ["DB_PASS"]}'),
        (
            "python",
            f'u = "pg://me:{S}@host"',
            'u = ("pg://me:" + os.environ["PASSWORD"] + "@host")',
        ),
        ("javascript", f"const apiKey = '{S}';", "const apiKey = process.env.API_KEY;"),
        (
            "typescript",
            f'const apiKey: string = "{S}"',
            "const apiKey: string = process.env.API_KEY!",
        ),
        (
            "java",
            f'String dbPassword = "{S}";',
            'String dbPassword = System.getenv("DB_PASSWORD");',
        ),
        ("go", f'dbPassword := "{S}"', 'dbPassword := os.Getenv("DB_PASSWORD")'),
        ("ruby", f'api_key: "{S}"', 'api_key: ENV.fetch("API_KEY")'),
        (
            "csharp",
            f'var apiKey = "{S}";',
            'var apiKey = System.Environment.GetEnvironmentVariable("API_KEY");',
        ),
        ("php", f"$url = 'a:{S}@b';", "$url = ('a:' . getenv('PASSWORD') . '@b');"),
        ("php", f"$dbPass = '{S}';", "$dbPass = getenv('DB_PASS');"),
        (
            "rust",
            f'let api_key = "{S}";',
            'let api_key = std::env::var("API_KEY").expect("API_KEY is not set");',
        ),
        ("shellscript", f'export API_KEY="{S}"', 'export API_KEY="${API_KEY:?}"'),
        ("shellscript", f"export API_KEY='{S}'", 'export API_KEY="${API_KEY:?}"'),
        ("shellscript", f"curl -H 'X: {S}'", "curl -H 'X: '\"${PASSWORD:?}\"''"),
        ("yaml", f"db_password: {S}", "db_password: ${DB_PASSWORD}"),
        ("github-actions-workflow", f"api_key: {S}", "api_key: ${{ secrets.API_KEY }}"),
        ("dotenv", f"API_KEY={S}", "API_KEY="),
        ("dotenv", f'API_KEY="{S}"', "API_KEY="),
        ("json", f'{{"api_key": "{S}"}}', None),
        ("rust", f'let u = "a:{S}@b";', None),
        ("python", f'u = f"{{x}}:{S}"', None),
        ("javascript", f"u = `a${{x}}{S}`", None),
        ("python", f"# {S}", None),
    ],
)
def test_each_language_reads_a_variable_its_own_way(language, before, after):
    assert done(language, before) == after


@pytest.mark.parametrize(
    ("language", "path", "known"),
    [
        ("plaintext", "file:///a/.env", "dotenv"),
        ("shellscript", "file:///a/.env.local", "dotenv"),
        ("yaml", "file:///a/.github/workflows/ci.yml", "github-actions-workflow"),
        ("python", "untitled:Untitled-1", "python"),
        ("", "file:///a/b.rb", "ruby"),
        ("", "file:///a/b", ""),
    ],
)
def test_a_name_may_say_more_than_the_client(language, path, known):
    assert language_of(language, path) == known


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n", 0),
        ("import os\na = 1\n", None),
        ("import sys, os\n", None),
        ("import os.path\n", 0),
        ('"""Doc."""\n\nimport re\n', 2),
        ('"""Doc\nmore\n"""\n\na = 1\n', 3),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\na = 1\n", 2),
        ("from __future__ import annotations\n\nimport re\n", 1),
        ("", 0),
    ],
)
def test_python_gets_the_import_where_it_may_stand(text, line):
    found = missing_import("python", "os", text.splitlines(keepends=True))
    assert (None if found is None else found[0]) == line
    if found is not None:
        lines = text.splitlines(keepends=True)
        compile("".join([*lines[: found[0]], found[1], *lines[found[0] :]]), "a.py", "exec")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('package a\n\nimport (\n\t"fmt"\n)\n', (3, '\t"os"\n')),
        ('package a\n\nimport (\n\t"os"\n)\n', None),
        ('package a\n\nimport "fmt"\n', (2, 'import "os"\n')),
        ("package a\n", (1, '\nimport "os"\n')),
        ("// nothing\n", None),
    ],
)
def test_go_gets_the_import(text, expected):
    assert missing_import("go", '"os"', text.splitlines(keepends=True)) == expected
