"""Plots in which something happens to the hero. Each gives the sentences after the opening.

A word that only one of several sentences needs is drawn all the same, before the sentence itself.
"""

from corpus.documents.scene import Scene
from corpus.draw import pick
from corpus.english import with_article


def lost_thing(scene: Scene) -> list[str]:
    """The hero loses something and gets it back."""
    hero, friend, thing, he = scene.hero, scene.friend, scene.thing, scene.he
    subject, other_place = scene.he_capital, scene.other_place
    lost = pick(
        [
            f"On the way to the {other_place} {he} lost it.",
            f"But when {he} came to the {other_place}, the {thing} was gone.",
        ]
    )
    hidden = pick(["table", "bench", "tree", "bridge", "bed"])
    search = pick(
        [
            f"{subject} looked under the {hidden}, but it was not there.",
            f"{subject} asked everyone, but nobody had seen it.",
        ]
    )
    found = pick(
        [
            f"Then the {scene.pet} of {friend} came along with the {thing} in its mouth.",
            f"At last {friend} found the {thing} near the {scene.place}.",
            f"In the evening {he} found it in {scene.his} own bag.",
        ]
    )
    end = pick(
        [
            f"{hero} laughed and thanked {friend}.",
            f"{hero} was happy again.",
            f"From then on {he} took better care of it.",
        ]
    )
    return [
        f"{subject} had {scene.a_thing}, and {he} took it everywhere.",
        lost,
        f"{hero} was sad because the {thing} was a gift from {friend}.",
        search,
        found,
        end,
    ]


def found_animal(scene: Scene) -> list[str]:
    """The hero helps an animal."""
    hero, pet, he = scene.hero, scene.pet, scene.he
    meeting = pick(
        [
            f"There {he} saw {with_article(f'{scene.look} {pet}')}.",
            f"There {he} met {with_article(pet)} that was all alone.",
        ]
    )
    food = pick(["bread", "milk", "corn", "cheese"])
    cloth = pick(["scarf", "blanket", "coat"])
    need = pick(
        [
            f"The {pet} was hungry, so {hero} gave it some {food}.",
            f"The {pet} was hurt, so {hero} carried it home.",
            f"The {pet} was cold, so {hero} wrapped it in a {cloth}.",
        ]
    )
    words = pick(
        [
            "We must find its home.",
            "It looks at you like a friend.",
            "You have a kind heart.",
            "It needs a name.",
        ]
    )
    owner = pick(["farmer", "miller", "teacher", "sailor", "baker"])
    end = pick(
        [
            f"So they took the {pet} to the {scene.other_place}, where an old {owner} was waiting"
            " for it.",
            f"So the {pet} stayed with {hero}, and they became good friends.",
            f"The next day the {pet} came back because it liked {hero}.",
        ]
    )
    return [meeting, need, f'{scene.friend} said, "{words}"', end]


def bad_weather(scene: Scene) -> list[str]:
    """The weather changes, and the hero finds shelter with the friend."""
    hero, friend, subject = scene.hero, scene.friend, scene.he_capital
    event, reaction = scene.weather
    shelter = pick(
        [
            f"{subject} saw a light in the {scene.other_place} and went there.",
            f"{subject} called for {friend}, who was not far away.",
        ]
    )
    words = pick(
        [
            "Come in and sit by the fire.",
            "You are welcome here.",
            "What a day!",
            "Drink some hot tea.",
        ]
    )
    stay = pick(
        [
            "They drank tea and talked until the weather was better.",
            "They played a game and forgot the weather.",
            f"{hero} stayed there for the night.",
        ]
    )
    memory = pick(["day", "evening", "kindness"])
    end = pick([f"{hero} never forgot that {memory}.", "The next morning everything was quiet."])
    return [
        f"Suddenly {event}, so {scene.he} {reaction}.",
        shelter,
        f'{friend} opened the door and said, "{words}"',
        stay,
        end,
    ]
