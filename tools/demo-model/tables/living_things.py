"""Animals with their properties, animal sounds and plants."""

from typing import NamedTuple

from tables.reader import rows


class Animal(NamedTuple):
    """One animal; every field is the text that the templates print."""

    name: str
    family: str
    cover: str
    legs: str
    habitat: str
    young: str
    food: str


ANIMALS = [
    Animal(*row)
    for row in rows(
        """
        dog: mammal: fur: 4: houses: puppy: meat,
        cat: mammal: fur: 4: houses: kitten: mice,
        cow: mammal: hair: 4: meadows: calf: grass,
        horse: mammal: hair: 4: meadows: foal: hay,
        sheep: mammal: wool: 4: meadows: lamb: grass,
        goat: mammal: hair: 4: mountains: kid: leaves,
        pig: mammal: bristles: 4: farmyards: piglet: roots,
        rabbit: mammal: fur: 4: burrows: kit: clover,
        fox: mammal: fur: 4: woods: cub: mice,
        wolf: mammal: fur: 4: forests: pup: deer,
        bear: mammal: fur: 4: forests: cub: berries,
        deer: mammal: hair: 4: forests: fawn: leaves,
        lion: mammal: fur: 4: savannas: cub: zebras,
        tiger: mammal: fur: 4: jungles: cub: deer,
        elephant: mammal: skin: 4: savannas: calf: leaves,
        giraffe: mammal: hair: 4: savannas: calf: leaves,
        zebra: mammal: hair: 4: savannas: foal: grass,
        hippopotamus: mammal: skin: 4: rivers: calf: grass,
        camel: mammal: hair: 4: deserts: calf: shrubs,
        kangaroo: mammal: fur: 2: grasslands: joey: grass,
        koala: mammal: fur: 4: eucalyptus trees: joey: leaves,
        bat: mammal: fur: 2: caves: pup: insects,
        mouse: mammal: fur: 4: fields: pup: seeds,
        squirrel: mammal: fur: 4: trees: kit: nuts,
        beaver: mammal: fur: 4: streams: kit: bark,
        otter: mammal: fur: 4: rivers: pup: fish,
        seal: mammal: fur: 0: cold bays: pup: fish,
        whale: mammal: skin: 0: oceans: calf: krill,
        dolphin: mammal: skin: 0: oceans: calf: fish,
        hedgehog: mammal: spines: 4: gardens: hoglet: insects,
        mole: mammal: fur: 4: tunnels: pup: worms,
        gorilla: mammal: fur: 2: jungles: infant: leaves,
        donkey: mammal: hair: 4: farmyards: foal: hay,
        llama: mammal: wool: 4: mountains: cria: grass,
        hen: bird: feathers: 2: farms: chick: grain,
        duck: bird: feathers: 2: ponds: duckling: water plants,
        goose: bird: feathers: 2: lakes: gosling: grass,
        swan: bird: feathers: 2: lakes: cygnet: water plants,
        owl: bird: feathers: 2: forests: owlet: mice,
        eagle: bird: feathers: 2: mountains: eaglet: fish,
        penguin: bird: feathers: 2: cold bays: chick: fish,
        parrot: bird: feathers: 2: jungles: chick: nuts,
        ostrich: bird: feathers: 2: savannas: chick: seeds,
        sparrow: bird: feathers: 2: towns: nestling: seeds,
        pigeon: bird: feathers: 2: towns: squab: grain,
        stork: bird: feathers: 2: marshes: chick: frogs,
        crow: bird: feathers: 2: fields: nestling: insects,
        robin: bird: feathers: 2: gardens: nestling: worms,
        flamingo: bird: feathers: 2: lagoons: chick: shrimp,
        turkey: bird: feathers: 2: farmyards: poult: grain,
        snake: reptile: scales: 0: deserts: snakelet: mice,
        lizard: reptile: scales: 4: deserts: hatchling: insects,
        crocodile: reptile: scales: 4: rivers: hatchling: fish,
        turtle: reptile: shell: 4: oceans: hatchling: jellyfish,
        tortoise: reptile: shell: 4: island valleys: hatchling: leaves,
        gecko: reptile: scales: 4: warm forests: hatchling: insects,
        frog: amphibian: skin: 4: ponds: tadpole: flies,
        toad: amphibian: skin: 4: gardens: tadpole: insects,
        newt: amphibian: skin: 4: ponds: larva: worms,
        salamander: amphibian: skin: 4: streams: larva: insects,
        salmon: fish: scales: 0: rivers: fry: insects,
        shark: fish: skin: 0: oceans: pup: fish,
        trout: fish: scales: 0: streams: fry: insects,
        tuna: fish: scales: 0: oceans: fry: fish,
        carp: fish: scales: 0: lakes: fry: water plants,
        eel: fish: skin: 0: rivers: elver: worms,
        herring: fish: scales: 0: oceans: fry: plankton,
        bee: insect: hair: 6: hives: larva: nectar,
        ant: insect: armour: 6: nests: larva: seeds,
        butterfly: insect: scales: 6: meadows: caterpillar: nectar,
        beetle: insect: armour: 6: woods: grub: leaves,
        fly: insect: hair: 6: houses: maggot: sugar,
        mosquito: insect: scales: 6: marshes: larva: blood,
        grasshopper: insect: armour: 6: meadows: nymph: grass,
        dragonfly: insect: armour: 6: ponds: nymph: flies,
        wasp: insect: armour: 6: nests: larva: fruit,
        moth: insect: scales: 6: gardens: caterpillar: nectar,
        spider: arachnid: hair: 8: corners: spiderling: flies,
        scorpion: arachnid: armour: 8: deserts: scorpling: insects,
        crab: crustacean: shell: 10: sandy bays: larva: clams,
        lobster: crustacean: shell: 10: oceans: larva: snails,
        snail: mollusc: shell: 0: gardens: hatchling: leaves,
        octopus: mollusc: skin: 0: oceans: larva: crabs
        """
    )
]

SOUNDS = rows(
    """
    dog: barks, cat: meows, cow: moos, horse: neighs, sheep: bleats, pig: grunts, duck: quacks,
    lion: roars, wolf: howls, owl: hoots, frog: croaks, bee: buzzes, snake: hisses,
    mouse: squeaks, crow: caws, hen: clucks, goose: honks, donkey: brays, turkey: gobbles,
    pigeon: coos, sparrow: chirps, elephant: trumpets
    """
)

PLANTS = rows(
    """
    oak: tree, pine: tree, birch: tree, maple: tree, willow: tree, beech: tree, palm: tree,
    cedar: tree, rose: flower, tulip: flower, daisy: flower, lily: flower, sunflower: flower,
    violet: flower, poppy: flower, orchid: flower, wheat: grain, barley: grain, oats: grain,
    rye: grain, rice: grain, corn: grain, mint: herb, basil: herb, parsley: herb, thyme: herb,
    sage: herb, dill: herb, moss: plant without flowers, fern: plant without flowers,
    lichen: plant without flowers
    """
)
