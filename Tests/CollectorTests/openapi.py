"""openapi.py DESCRIPTION SCHEMA ANSWERS: prints where answers are not what the description says; nothing where all are.

ANSWERS has one JSON object a line: the path's pattern, the status, the media type, and the body where it is JSON. Every
path has to be among them with 200, and no other."""

import json
import re
import sys

import jsonschema

description, schema = (json.load(open(path)) for path in sys.argv[1:3])
answers = [json.loads(line) for line in open(sys.argv[3])]
# One document with both, so that references need no resolver of other files.
whole = {"$defs": schema["$defs"], "components": description["components"]}
whole = json.loads(json.dumps(whole).replace('"report.schema.json#', '"#'))


def resolved(thing):
    while "$ref" in thing:
        name = thing["$ref"].removeprefix("report.schema.json")
        assert name.startswith("#/"), name
        target = description if name.startswith("#/components") else schema
        for word in name[2:].split("/"):
            target = target[word]
        thing = target
    return thing


def references(thing):
    if isinstance(thing, dict):
        if "$ref" in thing:
            resolved(thing)
        for value in thing.values():
            references(value)
    elif isinstance(thing, list):
        for value in thing:
            references(value)


references(description)
for answer in answers:
    place = f"{answer['path']} {answer['status']}"
    operation = description["paths"].get(answer["path"], {}).get("get")
    if not operation:
        print(f"{place}: not described")
        continue
    response = operation["responses"].get(str(answer["status"]))
    if not response:
        print(f"{place}: this status is not described")
        continue
    content = resolved(response).get("content", {})
    if answer["type"] not in content and not (answer["type"] == "" and not content):
        print(f"{place}: {answer['type']} is none of {list(content)}")
        continue
    if answer["type"] == "application/json":
        wanted = json.loads(json.dumps(content[answer["type"]]["schema"]).replace('"report.schema.json#', '"#'))
        validator = jsonschema.Draft202012Validator(whole | {"allOf": [wanted]})
        for error in validator.iter_errors(answer["body"]):
            print(f"{place}: {error.json_path}: {error.message[:200]}")
described = {path for path, item in description["paths"].items() if "200" in item["get"]["responses"]}
answered = {answer["path"] for answer in answers if answer["status"] == 200}
# Evidence is described before any is kept.
for path in described - answered - {"/api/v1/evidence/{file}"}:
    print(f"{path}: never answered")
for path, item in description["paths"].items():
    names = {resolved(one)["name"] for one in item["get"].get("parameters", []) if resolved(one)["in"] == "path"}
    if names != set(re.findall(r"{(\w+)}", path)):
        print(f"{path}: its parameters are {names}")
