"""What people do for a living and what the parts of their bodies do."""

from tables.reader import rows

JOBS = rows(
    """
    baker: bakes bread: bakery, butcher: sells meat: butcher's shop, farmer: grows crops: farm,
    teacher: teaches children: school, doctor: treats sick people: hospital,
    nurse: cares for patients: hospital ward, carpenter: makes things from wood: workshop,
    plumber: repairs water pipes: bathroom, electrician: fits electric wires: building site,
    mason: builds stone walls: quarry, painter: paints houses: ladder,
    tailor: sews clothes: tailor's shop, cobbler: mends shoes: shoe shop,
    barber: cuts hair: barber's shop, chef: cooks meals: restaurant kitchen,
    waiter: serves food: restaurant, pilot: flies planes: cockpit,
    sailor: works on ships: harbour, fisherman: catches fish: boat, driver: drives buses: bus,
    postman: delivers letters: post office, librarian: lends books: library,
    judge: decides court cases: court, lawyer: gives legal advice: law office,
    dentist: treats teeth: dental clinic, vet: treats animals: animal clinic,
    gardener: looks after plants: garden, florist: sells flowers: flower shop,
    miner: digs for coal: mine, firefighter: puts out fires: fire station,
    police officer: keeps people safe: police station, soldier: defends the country: barracks,
    astronomer: studies stars: observatory, chemist: mixes substances: laboratory,
    geologist: studies rocks: mountains, writer: writes books: study,
    journalist: reports the news: newsroom, actor: plays roles: theatre,
    singer: sings songs: stage, photographer: takes pictures: studio,
    potter: shapes clay: pottery, blacksmith: shapes iron: forge,
    weaver: makes cloth: weaving mill, jeweller: makes rings: jewellery shop,
    architect: designs buildings: drawing office, astronaut: travels in space: spacecraft,
    shepherd: guards sheep: pasture, beekeeper: keeps bees: apiary, banker: lends money: bank,
    cashier: takes payments: checkout, miller: grinds grain: mill, brewer: makes beer: brewery,
    clockmaker: repairs clocks: clock shop, locksmith: opens locks: lock shop,
    optician: makes glasses: optical shop,
    translator: changes words into another language: translation office,
    programmer: writes computer programs: computer room, historian: studies the past: archive,
    botanist: studies plants: greenhouse, zookeeper: feeds zoo animals: zoo
    """
)

BODY_PARTS = rows(
    """
    heart: pumps blood, lungs: take in air, stomach: digests food, brain: thinks, eyes: see,
    ears: hear, nose: smells, tongue: tastes, skin: feels touch, teeth: chew food, legs: walk,
    hands: hold things, kidneys: clean the blood, liver: stores energy, muscles: move the body,
    bones: hold the body up, skull: protects the brain, ribs: protect the lungs,
    knee: bends the leg, elbow: bends the arm, nerves: carry messages, veins: bring blood back,
    throat: swallows, eyelids: cover the eyes, fingernails: protect the fingertips,
    shoulder: joins the arm, ankle: joins the foot, neck: carries the head, lips: shape sounds,
    hair: keeps the head warm
    """
)

GIRLS = """
    Anna Mia Lina Emma Clara Nora Sofia Ella Ruth Grace Lucy Maya Ida Rosa Jane Kate Lily Alma
    Eva Tess
""".split()

BOYS = """
    Tom Ben Max Leo Paul Sam Jack Finn Noah Adam Peter Luke Oscar Hugo Theo Karl Milo Ivan Dan
    Erik
""".split()
