"""Every rule against its own examples."""

import pytest

from unleak.core.secret import Fingerprinter
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner

TRUE = [(rule, example) for rule in all_rules() for example in rule.true]
FALSE = [(rule, example) for rule in all_rules() for example in rule.false]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(Fingerprinter(b"k" * 32))


@pytest.mark.parametrize(("rule", "example"), TRUE, ids=lambda x: getattr(x, "id", "example"))
def test_true_examples_give_exactly_the_marked_span(scanner, rule, example):
    text = example.replace("‹", "").replace("›", "")
    expected = example.index("‹"), example.index("›") - 1
    found = scanner.scan(text)
    assert [(f.start, f.end) for f in found] == [expected]
    assert found[0].kind == rule.kind
    assert found[0].secret.reveal() == text[slice(*expected)]


@pytest.mark.parametrize(("rule", "example"), FALSE, ids=lambda x: getattr(x, "id", "example"))
def test_false_examples_give_nothing_of_the_kind(scanner, rule, example):
    assert [f for f in scanner.scan(example) if f.kind == rule.kind] == []


def test_ids_are_unique_and_each_rule_has_a_true_example():
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))
    assert all(rule.true for rule in all_rules())


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_keywords_occur_in_every_match(rule):
    for example in rule.true:
        text = example.replace("‹", "").replace("›", "").lower()
        assert not rule.keywords or any(keyword in text for keyword in rule.keywords)
