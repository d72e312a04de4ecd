"""Short stories: a drawn scene, one of seven plots, and now and then somebody who asks for it."""

from corpus.documents import efforts, mishaps
from corpus.documents.scene import Scene, draw_scene
from corpus.draw import chance, pick
from corpus.english import with_article
from corpus.layout import chat

_PLOTS = [
    mishaps.lost_thing,
    mishaps.found_animal,
    mishaps.bad_weather,
    efforts.earned_money,
    efforts.quarrel,
    efforts.ill_friend,
    efforts.new_skill,
]
# Places of which English says "at" or "near" and not "in".
_NOT_IN = ("bridge", "hill", "market")


def story() -> str:
    """One story, as plain text or as the answer in a chat."""
    scene = draw_scene()
    sentences = [_opening(scene)]
    sentences += pick(_PLOTS)(scene)
    if chance(0.15):
        sentences.append(f"{scene.hero} was {pick(['happy', 'proud', 'glad'])} and smiled.")
    text = " ".join(sentences)
    if chance(0.35):
        return chat(_request(scene, text), text)
    return text


def _opening(scene: Scene) -> str:
    hero, when, place = scene.hero, scene.when, scene.place
    playing = f"{when}, {hero} was playing in the {place}."
    return pick(
        [
            f"{when}, {hero} went to the {place}.",
            f"{when}, {hero} walked to the {place} with {scene.friend}.",
            f"{hero} lived near the {place}.",
            f"{when}, {hero} was at the {place}." if place in _NOT_IN else playing,
            f"There was once a child called {hero} who loved the {place}.",
        ]
    )


def _request(scene: Scene, text: str) -> str:
    """A request that the story really answers: it names only what occurs in the text."""
    hero, friend, thing, pet = scene.hero, scene.friend, scene.thing, scene.pet
    about_both = f"Please tell me a story about {hero} and {friend}."
    return pick(
        [
            f"Tell me a story about {hero}.",
            "Tell me a short story.",
            f"Write a story with {with_article(thing)} in it."
            if thing in text
            else "Tell me a story.",
            about_both if friend in text else f"Please tell me a story about {hero}.",
            f"Tell me a story about {with_article(pet)}."
            if pet in text
            else "Please tell me a story.",
        ]
    )
