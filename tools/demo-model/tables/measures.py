"""Months, days, units, and what is measured in which unit and with which instrument."""

from tables.reader import rows

MONTHS = """
    January February March April May June July August September October November December
""".split()

DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

DAYS = """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
""".split()

SEASONS = [
    ("spring", ["March", "April", "May"]),
    ("summer", ["June", "July", "August"]),
    ("autumn", ["September", "October", "November"]),
    ("winter", ["December", "January", "February"]),
]

# many of the small unit make one of the large unit: small, large, how many
UNITS = [
    ("minutes", "hour", 60),
    ("seconds", "minute", 60),
    ("hours", "day", 24),
    ("days", "week", 7),
    ("months", "year", 12),
    ("years", "decade", 10),
    ("years", "century", 100),
    ("centimetres", "metre", 100),
    ("millimetres", "centimetre", 10),
    ("metres", "kilometre", 1000),
    ("grams", "kilogram", 1000),
    ("kilograms", "tonne", 1000),
    ("millilitres", "litre", 1000),
    ("inches", "foot", 12),
    ("feet", "yard", 3),
    ("ounces", "pound", 16),
    ("pints", "quart", 2),
    ("quarts", "gallon", 4),
    ("cents", "dollar", 100),
    ("items", "dozen", 12),
    ("decades", "century", 10),
    ("weeks", "fortnight", 2),
    ("seasons", "year", 4),
    ("quarters", "whole", 4),
    ("degrees", "full circle", 360),
    ("sheets", "ream", 500),
]

UNIT_OF_QUANTITY = rows(
    """
    length: metre, weight: kilogram, temperature: degree, time: second,
    electric current: ampere, power: watt, force: newton, energy: joule, pressure: pascal,
    voltage: volt, frequency: hertz, volume of milk: litre, area of a field: hectare,
    angle: radian, data: byte, speed of a ship: knot, depth of the sea: fathom,
    loudness: decibel, size of a diamond: carat, resistance: ohm
    """
)

INSTRUMENT_FOR_QUANTITY = rows(
    """
    temperature: thermometer, time: clock, weight: pair of scales, length: ruler,
    speed of a car: speedometer, air pressure: barometer, direction: compass,
    angles: protractor, distant stars: telescope, tiny things: microscope,
    earthquakes: seismograph, rainfall: rain gauge, wind speed: anemometer,
    height of a plane: altimeter, heartbeats: stethoscope, electric voltage: voltmeter
    """
)
