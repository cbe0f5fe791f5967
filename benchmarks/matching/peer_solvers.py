"""Runs inside `.venv-bench`: one peer clears one market, and says how long it took."""

import json
import sys
import threading
import time
import warnings
from importlib.metadata import version

import numpy as np


def read(path):  # noqa: ANN001, ANN201
    """Return students' lists, posts' lists (each best first) and seats; empty ones left out."""
    held = np.load(path)
    bounds = held["indptr"].tolist()
    posts = held["posts"].tolist()
    wishes = {
        student: posts[bounds[student] : bounds[student + 1]]
        for student in range(len(bounds) - 1)
        if bounds[student] < bounds[student + 1]
    }
    owner = held["owner"].tolist()  # each look into `held` reads the file again
    lines = {}
    for wish in held["order"].tolist():
        lines.setdefault(posts[wish], []).append(owner[wish])
    return wishes, lines, held["seats"].tolist(), len(bounds) - 1


def solve_by_matching(wishes, lines, seats):  # noqa: ANN001, ANN201
    from matching.games import HospitalResident  # the peer, not ours

    game = HospitalResident.create_from_dictionaries(
        wishes, lines, {post: seats[post] for post in lines}
    )
    found = game.solve(optimal="resident")
    return {student.name: post.name for post, held in found.items() for student in held}


def solve_by_algmatch(wishes, lines, seats):  # noqa: ANN001, ANN201
    from algmatch import HospitalResidentsProblem

    described = {
        "residents": {s + 1: [p + 1 for p in posts] for s, posts in wishes.items()},
        "hospitals": {
            p + 1: {"capacity": seats[p], "preferences": [s + 1 for s in line]}
            for p, line in lines.items()
        },
    }
    found = HospitalResidentsProblem(dictionary=described).get_stable_matching()
    placed = found["resident_sided"]
    return {int(s[1:]) - 1: int(post[1:]) - 1 for s, post in placed.items() if post}


def main():  # noqa: ANN201
    warnings.simplefilter("ignore")
    name, path = sys.argv[1:]
    wishes, lines, seats, students = read(path)
    solve = {"matching": solve_by_matching, "algmatch": solve_by_algmatch}[name]
    begin = time.process_time()
    placed = solve(wishes, lines, seats)
    seconds = time.process_time() - begin
    matching = [placed.get(student, -1) for student in range(students)]
    print(json.dumps({"seconds": seconds, "version": version(name), "matching": matching}))


if __name__ == "__main__":
    # `matching` copies its whole graph of players recursively: give it the depth it wants
    sys.setrecursionlimit(10**7)
    threading.stack_size(512 * 2**20)
    runner = threading.Thread(target=main)
    runner.start()
    runner.join()  # what went wrong in it is on stderr, and no line was printed
