"""Expected contents of the logs in data/logs, by a reader that shares nothing with the crate's.

Takes every thermo row by regular expressions (YAML documents by PyYAML), keeps each step once, as printed first, and divides
the steps into multiples of 50 (the logs' `thermo`) and others. Numbers stay strings of the log, so that a comparison is
exact. Run from the root of the repository: python3 tests/data/logs/make.py. Written with Python 3.11, PyYAML 6.0.
"""

import json
import re

import yaml


class Verbatim(yaml.SafeLoader):
    """Leaves numbers as they are written."""


Verbatim.yaml_implicit_resolvers = {}


def lines(text):
    names = None
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["Step"]:
            names = words
        elif line.startswith("Loop time"):
            names = None
        elif names and len(words) == len(names) and re.fullmatch(r"\d+", words[0]):
            yield dict(zip(names, words))


def multi(text):
    for block in re.split(r"^-+ Step ", text, flags=re.M)[1:]:
        row = {"Step": block.split()[0]}
        row.update(re.findall(r"(\w+)\s+=\s+(\S+)", block.split("\n", 1)[1].split("Loop")[0]))
        yield row


def documents(text):
    for document in re.findall(r"^---\n(keywords:.*?)^\.\.\.$", text, flags=re.M | re.S):
        data = yaml.load(document, Loader=Verbatim)
        for row in data["data"]:
            yield dict(zip(data["keywords"], row))


expected = {}
for name, reader in [("one", lines), ("custom", lines), ("multi", multi), ("yaml", documents), ("customyaml", documents)]:
    steps = {}
    with open(f"data/logs/{name}.lammps") as file:
        for row in reader(file.read()):
            steps.setdefault(int(row["Step"]), row)
    kept = [row for step, row in sorted(steps.items()) if step % 50 == 0]
    energy = "E_pair" if name == "one" else "PotEng"
    expected[name] = {
        "steps": [int(row["Step"]) for row in kept],
        "potential": [row[energy] for row in kept],
        "molecular": [row["E_mol"] for row in kept] if name == "one" else None,
        "temperature": [row["Temp"] for row in kept],
        "left_out": [step for step in sorted(steps) if step % 50],
    }
with open("tests/data/logs/expected.json", "w") as file:
    json.dump(expected, file, indent=0)
    file.write("\n")
