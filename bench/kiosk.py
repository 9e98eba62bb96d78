"""placeholder"""


def figures(runs):
    return []
