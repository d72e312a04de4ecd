"""Tools, foods, materials, colours, shapes and rooms."""

from tables.reader import rows

TOOLS = rows(
    """
    hammer: drive nails, saw: cut wood, screwdriver: turn screws, wrench: tighten bolts,
    drill: make holes, axe: chop logs, shovel: dig holes, rake: gather leaves,
    broom: sweep floors, mop: wipe floors, needle: sew cloth, pair of scissors: cut paper,
    knife: slice bread, spoon: eat soup, fork: pick up food, ladle: serve soup,
    whisk: beat eggs, grater: shred cheese, sieve: strain flour, kettle: boil water,
    oven: bake bread, fridge: keep food cold, iron: smooth clothes, brush: spread paint,
    comb: tidy hair, towel: dry hands, soap: wash hands, umbrella: keep off rain,
    ladder: reach high places, rope: tie things together, key: open locks, lamp: light a room,
    pen: write letters, eraser: remove pencil marks, ruler: measure lines, glue: stick paper,
    tape: close boxes, stapler: join papers, bucket: carry water, hose: water plants,
    wheelbarrow: move soil, anvil: shape hot iron, chisel: carve wood, plane: smooth wood,
    pair of pliers: grip wire, file: smooth metal, scale: weigh things, compass: find north,
    telescope: look at stars, microscope: look at tiny things, camera: take pictures,
    telephone: talk to people far away, clock: tell the time, mirror: see your face,
    net: catch fish, plough: turn the soil, loom: weave cloth, oar: row a boat,
    sail: catch the wind, anchor: hold a ship in place, torch: see in the dark,
    thermometer: measure heat, calculator: work out sums, map: find the way,
    backpack: carry books, pillow: rest your head, blanket: stay warm, tent: sleep outdoors,
    whistle: give a signal, bell: call people, candle: give a little light, match: light a fire,
    vase: hold flowers, purse: carry money, stamp: pay for a letter
    """
)

FOODS = rows(
    """
    apple: fruit, pear: fruit, banana: fruit, grape: fruit, cherry: fruit, plum: fruit,
    peach: fruit, orange: fruit, lemon: fruit, mango: fruit, melon: fruit, strawberry: fruit,
    carrot: vegetable, onion: vegetable, cabbage: vegetable, spinach: vegetable,
    potato: vegetable, leek: vegetable, turnip: vegetable, celery: vegetable,
    broccoli: vegetable, beef: meat, pork: meat, ham: meat, bacon: meat, lamb chop: meat,
    sausage: meat, cheese: dairy product, butter: dairy product, yogurt: dairy product,
    cream: dairy product, milk: dairy product, bread: baked food, cake: baked food,
    biscuit: baked food, pie: baked food, bun: baked food, salmon fillet: seafood,
    shrimp: seafood, oyster: seafood, mussel: seafood, pepper: spice, cinnamon: spice,
    ginger: spice, nutmeg: spice, saffron: spice, almond: nut, walnut: nut, hazelnut: nut,
    pecan: nut, tea: drink, coffee: drink, juice: drink, lemonade: drink, honey: sweet food,
    jam: sweet food, chocolate: sweet food, toffee: sweet food, bean: pulse, lentil: pulse,
    pea: pulse
    """
)

MATERIALS = rows(
    """
    window: glass, bottle: glass, book: paper, newspaper: paper, tyre: rubber, eraser: rubber,
    nail: steel, bridge cable: steel, shirt: cotton, towel: cotton, sweater: wool, scarf: wool,
    shoe: leather, belt: leather, saddle: leather, plate: porcelain, teacup: porcelain,
    brick: clay, flower pot: clay, candle: wax, crayon: wax, coin: metal, spoon: metal,
    table: wood, chair: wood, door: wood, ring: gold, toy block: plastic, bucket: plastic,
    comb: plastic, statue: marble, stair: stone, castle wall: stone, rope: hemp, sail: canvas,
    tent: canvas, tie: silk, kimono: silk, pillow filling: feathers, road: asphalt,
    pavement: concrete, dam: concrete, basket: wicker, cork stopper: cork, mattress: foam,
    can: tin, kettle: copper, water pipe: copper, pan: iron, anvil block: iron,
    cardboard box: cardboard, snowman: snow, igloo: ice, sandcastle: sand
    """
)

COLOURS = rows(
    """
    grass: green, the clear sky: blue, blood: red, snow: white, coal: black,
    a ripe banana: yellow, a ripe lemon: yellow, a carrot: orange, a pumpkin: orange,
    chocolate: brown, an elephant: grey, a flamingo: pink, an aubergine: purple, milk: white,
    a raven: black, a ripe strawberry: red, a lettuce leaf: green, a sapphire: blue,
    a ruby: red, an emerald: green, mud: brown, ash: grey, lavender: purple, a canary: yellow,
    a polar bear: white, a fire engine: red, salt: white, tar: black
    """
)

SIDES_OF_SHAPE = [
    ("triangle", 3),
    ("square", 4),
    ("rectangle", 4),
    ("pentagon", 5),
    ("hexagon", 6),
    ("heptagon", 7),
    ("octagon", 8),
    ("nonagon", 9),
    ("decagon", 10),
    ("rhombus", 4),
    ("trapezium", 4),
    ("dodecagon", 12),
]

ROOMS = rows(
    """
    bed: bedroom, wardrobe: bedroom, bath: bathroom, shower: bathroom, toothbrush: bathroom,
    oven: kitchen, fridge: kitchen, sink for dishes: kitchen, sofa: living room,
    television: living room, armchair: living room, car: garage, lawn mower: shed, spade: shed,
    doormat: hallway, coat rack: hallway, old trunk: attic, wine rack: cellar, desk: study,
    bookcase: study, dining table: dining room, sideboard: dining room, cradle: nursery,
    washing machine: laundry room, flower bed: garden, chalkboard: classroom
    """
)
