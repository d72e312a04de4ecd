"""Planets, and the words for first to twelfth."""

from tables.reader import rows

PLANETS = """
    Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune
""".split()

PLANET_FACTS = rows(
    """
    Mercury: the smallest planet, Venus: the hottest planet,
    Earth: the planet with living things, Mars: the red planet, Jupiter: the largest planet,
    Saturn: the planet with the brightest rings, Uranus: the planet that rolls on its side,
    Neptune: the planet farthest from the sun
    """
)

ORDINALS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
""".split()
