import tomllib

import pytest

from playout.core import WrongUse
from playout.rollouts import toml


def test_toml_reads_back():
    data = {
        "text": 'a "b" \\ \n\t√ 😀 \x7f', "n": 3, "f": 1e-5, "big": 1e22, "yes": True, "none": None,
        "list": [1, 2.5, "x", [True], {"a": 1, "b": None}], "empty": {}, "odd key.": {"deep": {"x": []}},
    }  # fmt: skip
    kept = {name: value for name, value in data.items() if name != "none"}
    kept["list"] = [1, 2.5, "x", [True], {"a": 1}]
    assert tomllib.loads(toml.dumps(data)) == kept
    with pytest.raises(WrongUse, match=r"a\.b: expected text, .* got object"):
        toml.dumps({"a": {"b": object()}})
