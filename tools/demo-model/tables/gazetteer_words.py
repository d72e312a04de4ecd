"""What the towns and people of the invented gazetteer can be known for."""

from tables.reader import phrases

TRADES = phrases(
    """
    glass blowing, boat building, salt trading, cheese making, wool weaving, clock making,
    bell casting, paper making, beekeeping, horse breeding, wine making, pottery, silver mining,
    coal mining, tin mining, fishing, shipping, brewing, leather work, candle making,
    rope making, carpet weaving, sword smithing, book printing, flute making, stone cutting,
    brick making, apple growing, pear growing, barley farming, rice farming, sheep farming,
    goat herding, timber cutting, furniture making, hat making, shoe making, button making,
    soap making, perfume making, tea growing, spice trading, pearl diving, amber trading,
    map drawing, kite making, toy making, lace making, dye making, mustard making, nail making,
    basket weaving, mirror making, barrel making, ink making, wagon building, lute making,
    plum growing, sugar boiling, steel making, tile making, herb growing, oyster fishing,
    lantern making
    """
)

FESTIVALS = phrases(
    """
    lantern, harvest, snow, cherry, river, kite, drum, candle, bread, flower, moon, sun, wool,
    fish, honey, apple, song, mask, boat, horse, puppet, fire, rain, bell, goose, pumpkin, star,
    dance, storm, wine, bonfire, feather
    """
)

PEOPLE_JOBS = phrases(
    """
    baker, doctor, painter, sailor, miner, teacher, weaver, singer, judge, potter, gardener,
    hunter, printer, tailor, blacksmith, poet, engineer, astronomer, merchant, shepherd,
    carpenter, cook, librarian, fisherman, mason, dancer, actor, banker, brewer, botanist,
    surgeon, clockmaker, soldier, lawyer, architect, jeweller, miller, pilot, chemist, historian
    """
)

INSTRUMENTS = phrases(
    """
    violin, flute, piano, drum, harp, trumpet, guitar, cello, organ, lute, horn, banjo,
    clarinet, oboe, accordion, bassoon, tuba, mandolin, viola, zither
    """
)

PETS = phrases(
    """
    cat, dog, parrot, goat, rabbit, pony, owl, turtle, goose, hamster, canary, snake, lizard,
    fox, crow, monkey, hedgehog, duck, ferret, donkey
    """
)
