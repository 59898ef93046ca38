import json

from unleak.core import sarif


def test_a_log_names_the_tool_and_its_rules():
    document = json.loads(sarif.log({"results": []}, [{"id": "a"}]))
    assert document["version"] == "2.1.0"
    driver = document["runs"][0]["tool"]["driver"]
    assert (driver["name"], driver["rules"]) == ("unleak", [{"id": "a"}])
    assert document["runs"][0]["results"] == []


def test_a_path_becomes_a_uri_reference():
    place = sarif.file_location("src/a b:c#d%é.py", {"startLine": 2})["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/a%20b%3Ac%23d%25%C3%A9.py"
    assert place["region"] == {"startLine": 2}
    assert "region" not in sarif.file_location("a")["physicalLocation"]


def test_brackets_make_no_link():
    assert sarif.plain("[a](b) \\[") == "\\[a\\](b) \\\\\\["
