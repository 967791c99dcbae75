"""See scripts/check-manifests."""

import argparse
import sys

import agreement
import charts
import rendering
import schemas
import security


def main():
    arguments = argparse.ArgumentParser(prog="check-manifests")
    arguments.add_argument("--programs", help="the folder of the built programs")
    arguments.add_argument("--mutations", action="store_true", help="do the checks notice what is broken on purpose?")
    arguments.add_argument("--able", action="store_true", help="check nothing: end with 0 where checks can run at all")
    options = arguments.parse_args()
    if options.able:
        return
    try:
        sets = rendering.everything()
    except rendering.Problem as problem:
        sys.exit(f"check-manifests: {problem}")
    problems, charts_made = charts.check(sets)
    sets |= charts_made
    found, versions = schemas.check(sets)
    problems += found
    problems += security.check(sets)
    problems += agreement.check(sets)
    if options.mutations:
        import mutations
        problems += mutations.check(sets)
    if options.programs:
        import libraries
        import running
        problems += libraries.check(options.programs)
        problems += running.check({place: sets[place] for place in sets if place not in charts_made}, options.programs)
    for problem in problems:
        print(problem)
    if versions:
        print(f"{sum(map(len, sets.values()))} objects of {len(sets)} sets, against Kubernetes {', '.join(versions)}")
    else:
        print("kubernetes-validate is not there (PyPI): the objects are not held against Kubernetes' schemas")
    sys.exit(bool(problems))


main()
