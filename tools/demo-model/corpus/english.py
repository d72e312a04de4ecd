"""Small pieces of English: capitals, articles, numbers in words and Roman numerals."""

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = [None, None, *"twenty thirty forty fifty sixty seventy eighty ninety".split()]

_UNCOUNTED = ("soap", "glue", "tape")
_SOUNDS_LIKE_CONSONANT = ("uni", "eu", "one", "use")
_ROMAN = (
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)

# Animals and shapes whose plural is not the singular plus "s".
IRREGULAR_PLURALS = frozenset(
    (
        "goose mouse wolf deer sheep fox ostrich octopus donkey fly butterfly dragonfly canary"
    ).split()
)


def capitalized(text: str) -> str:
    """The text with its first letter in upper case; the others stay as they are."""
    return text[0].upper() + text[1:]


def with_article(noun: str) -> str:
    """The noun after "a" or "an", or alone where English counts no pieces of it."""
    if noun in _UNCOUNTED:
        return noun
    vowel = noun[0] in "aeiouAEIOU" and not noun.startswith(_SOUNDS_LIKE_CONSONANT)
    return ("an " if vowel else "a ") + noun


def listed(names: list[str]) -> str:
    """The names with commas and a last "and"."""
    return f"{', '.join(names[:-1])} and {names[-1]}"


def roman(number: int) -> str:
    """Roman numeral of 1 to 399."""
    numeral = ""
    for value, letters in _ROMAN:
        while number >= value:
            numeral += letters
            number -= value
    return numeral


def in_words(number: int) -> str:
    """English words of 0 to 1999, as in "two hundred and thirty-four"."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + ("-" + ONES[number % 10] if number % 10 else "")
    rest = " and " + in_words(number % 100) if number % 100 else ""
    return ONES[number // 100] + " hundred" + rest


def plural(noun: str) -> str:
    """More than one of it; the nouns here are regular."""
    return noun + ("es" if noun.endswith("s") else "s")
