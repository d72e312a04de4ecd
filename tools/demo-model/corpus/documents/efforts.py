"""Plots in which the hero has to do something. Each gives the sentences after the opening.

A word that only one of several sentences needs is drawn all the same, before the sentence itself.
"""

from corpus.documents.scene import COLOURS, Scene
from corpus.draw import below, pick
from corpus.english import ONES, with_article
from tables.measures import DAYS


def earned_money(scene: Scene) -> list[str]:
    """The hero works for something instead of wishing for it."""
    hero, friend, he, subject = scene.hero, scene.friend, scene.he, scene.he_capital
    master = pick(["baker", "farmer", "gardener", "miller", "tailor", "librarian"])
    days = ONES[2 + below(6)]
    work = pick(
        [
            f"The work was hard, but {hero} did not give up.",
            f"{subject} carried water, swept the floor and fed the {scene.pet}.",
        ]
    )
    surprise = pick(
        [
            f'{friend} was surprised and asked, "How did you do that?"',
            f"{subject} gave it to {friend} as a present.",
        ]
    )
    end = pick([f'"I worked for it," said {hero}.', f"{hero} was proud."])
    return [
        f"{subject} wanted to buy {scene.a_thing}, but {he} had no money.",
        f"So {he} helped the {master} for {days} days.",
        work,
        f"In the end {he} had enough money and bought the {scene.thing}.",
        surprise,
        end,
    ]


def quarrel(scene: Scene) -> list[str]:
    """Two friends want the same thing and learn to share it."""
    hero, friend, thing = scene.hero, scene.friend, scene.thing
    where = "near" if scene.other_place in ("bridge", "hill") else "in"
    elder = pick(["woman", "man", "teacher", "sailor"])
    advice = pick(
        [
            "Why do you not share it?",
            "A friend is worth more than that.",
            "You can take turns.",
        ]
    )
    day = pick(DAYS)
    peace = pick(
        [
            f"{hero} thought about it and gave the {thing} to {friend}.",
            f"So {hero} had it on {day} and {friend} had it on the other days.",
        ]
    )
    end = pick(
        [
            "After that they were better friends than before.",
            f"{friend} smiled, and so did {hero}.",
        ]
    )
    return [
        f"{hero} and {friend} found {scene.a_thing} {where} the {scene.other_place}.",
        "Both of them wanted to have it, and so they began to quarrel.",
        f'Then an old {elder} came by and said, "{advice}"',
        peace,
        end,
    ]


def ill_friend(scene: Scene) -> list[str]:
    """The hero visits a friend who is ill."""
    hero, friend = scene.hero, scene.friend
    present = pick(["cake", "pie", "loaf of bread"])
    colour = pick(COLOURS)
    way = pick(
        [
            f"On the way {scene.he} met {with_article(scene.pet)} that smelled the food and"
            f" followed {scene.him}.",
            f"On the way {scene.weather[0]}, but {hero} did not turn back.",
        ]
    )
    joy = pick(["sat up and laughed", "felt better at once", "clapped both hands"])
    end = pick(
        [
            "They ate together and told each other stories.",
            f"A few days later {friend} was well again.",
        ]
    )
    return [
        f"{friend} was ill and had to stay in bed,"
        f" so {hero} wanted to make {scene.friend_him} happy.",
        f"{scene.he_capital} baked a {present} and put it in a {colour} basket.",
        way,
        f"When {friend} saw {scene.him}, {scene.friend_he} {joy}.",
        end,
    ]


def new_skill(scene: Scene) -> list[str]:
    """The hero learns something by trying again."""
    hero, friend, he = scene.hero, scene.friend, scene.he
    feeling, reaction = scene.feeling
    skill = pick(
        [
            "swim",
            "ride a horse",
            "play the flute",
            "bake bread",
            "row a boat",
            "draw animals",
            "climb trees",
        ]
    )
    setback = pick(
        [
            f"At first it was difficult, and {he} was {feeling} and {reaction}.",
            f"The first time it went wrong, and {friend} laughed.",
        ]
    )
    weeks = ONES[2 + below(8)]
    season = pick(["summer", "winter", "spring", "autumn"])
    success = pick(
        [
            f"After {weeks} weeks {he} could do it.",
            f"When {season} came, {he} could do it very well.",
        ]
    )
    praise = pick(["You did it!", "Now you can teach me.", "I am proud of you."])
    mood = pick(["happy", "proud", "glad"])
    end = pick([f'{friend} said, "{praise}"', f"{hero} was {mood} and showed it to everyone."])
    return [
        f"{scene.he_capital} wanted to learn how to {skill}.",
        setback,
        f"But {hero} tried again every day because {he} wanted to be as good as {friend}.",
        success,
        end,
    ]
