"""Opposites, irregular forms and synonyms."""

from tables.reader import rows

OPPOSITES = rows(
    """
    hot: cold, big: small, tall: short, fast: slow, light: dark, up: down, in: out,
    open: closed, happy: sad, rich: poor, young: old, hard: soft, wet: dry, full: empty,
    high: low, strong: weak, clean: dirty, early: late, near: far, thick: thin, wide: narrow,
    deep: shallow, loud: quiet, sharp: blunt, smooth: rough, sweet: bitter, brave: cowardly,
    kind: cruel, true: false, right: wrong, first: last, begin: end, start: stop, give: take,
    buy: sell, push: pull, win: lose, love: hate, laugh: cry, rise: fall, arrive: depart,
    remember: forget, accept: refuse, build: destroy, lend: borrow, lead: follow, come: go,
    sit: stand, wake: sleep, float: sink, melt: freeze, grow: shrink, hide: show,
    join: separate, teach: learn, ask: answer, day: night, summer: winter, north: south,
    east: west, friend: enemy, war: peace, front: back, top: bottom, inside: outside,
    before: after, above: below, always: never, many: few, more: less, all: none,
    everything: nothing, everyone: nobody, easy: difficult, simple: complicated,
    cheap: expensive, safe: dangerous, lazy: hardworking, polite: rude, tidy: messy,
    bright: dim, fresh: stale, tame: wild, tight: loose, raw: cooked, alive: dead,
    asleep: awake, calm: stormy, careful: careless, clever: foolish, common: rare,
    curly: straight, generous: greedy, guilty: innocent, healthy: ill, modern: old-fashioned,
    noisy: silent, patient: impatient, possible: impossible, private: public, proud: humble,
    ripe: unripe, visible: invisible
    """
)

PLURALS = rows(
    """
    child: children, man: men, woman: women, foot: feet, tooth: teeth, goose: geese,
    mouse: mice, ox: oxen, sheep: sheep, deer: deer, fish: fish, leaf: leaves, knife: knives,
    wife: wives, life: lives, wolf: wolves, shelf: shelves, half: halves, loaf: loaves,
    thief: thieves, calf: calves, scarf: scarves, elf: elves, potato: potatoes,
    tomato: tomatoes, hero: heroes, echo: echoes, city: cities, baby: babies, lady: ladies,
    story: stories, cherry: cherries, berry: berries, penny: pennies, puppy: puppies,
    party: parties, country: countries, family: families, box: boxes, fox: foxes, bus: buses,
    glass: glasses, dress: dresses, watch: watches, church: churches, bench: benches,
    brush: brushes, dish: dishes, wish: wishes, peach: peaches, match: matches, day: days,
    key: keys, boy: boys, toy: toys, monkey: monkeys, donkey: donkeys, person: people,
    louse: lice, cactus: cacti, crisis: crises, roof: roofs, chief: chiefs, piano: pianos,
    photo: photos, zoo: zoos, radio: radios, quiz: quizzes, house: houses, horse: horses,
    rose: roses, bridge: bridges, cat: cats, dog: dogs, tree: trees, book: books, chair: chairs,
    table: tables, river: rivers, cloud: clouds
    """
)

PASTS = rows(
    """
    go: went, see: saw, eat: ate, drink: drank, sing: sang, swim: swam, run: ran, come: came,
    give: gave, take: took, make: made, write: wrote, read: read, speak: spoke, break: broke,
    choose: chose, freeze: froze, steal: stole, drive: drove, ride: rode, rise: rose, fly: flew,
    grow: grew, know: knew, throw: threw, draw: drew, blow: blew, begin: began, ring: rang,
    sink: sank, find: found, bind: bound, wind: wound, fight: fought, buy: bought,
    bring: brought, think: thought, teach: taught, catch: caught, seek: sought, sleep: slept,
    keep: kept, sweep: swept, weep: wept, feel: felt, leave: left, meet: met, feed: fed,
    lead: led, bleed: bled, build: built, send: sent, spend: spent, lend: lent, bend: bent,
    lose: lost, shoot: shot, get: got, sit: sat, win: won, hold: held, tell: told, sell: sold,
    stand: stood, understand: understood, hear: heard, say: said, pay: paid, lay: laid,
    lie: lay, fall: fell, hide: hid, bite: bit, slide: slid, dig: dug, hang: hung, stick: stuck,
    sting: stung, swing: swung, spin: spun, wear: wore, tear: tore, bear: bore, swear: swore,
    wake: woke, forget: forgot, forgive: forgave, cut: cut, put: put, shut: shut, hit: hit,
    hurt: hurt, let: let, cost: cost, shake: shook, walk: walked, talk: talked, play: played,
    help: helped, carry: carried, study: studied, try: tried, stop: stopped, plan: planned,
    dance: danced, smile: smiled, jump: jumped, climb: climbed, paint: painted, cook: cooked,
    wash: washed
    """
)

COMPARATIVES = rows(
    """
    good: better: best, bad: worse: worst, far: farther: farthest, little: less: least,
    many: more: most, big: bigger: biggest, hot: hotter: hottest, thin: thinner: thinnest,
    fat: fatter: fattest, wet: wetter: wettest, sad: sadder: saddest, happy: happier: happiest,
    easy: easier: easiest, heavy: heavier: heaviest, dirty: dirtier: dirtiest,
    early: earlier: earliest, pretty: prettier: prettiest, funny: funnier: funniest,
    busy: busier: busiest, dry: drier: driest, tall: taller: tallest, small: smaller: smallest,
    long: longer: longest, short: shorter: shortest, old: older: oldest,
    young: younger: youngest, fast: faster: fastest, slow: slower: slowest,
    cold: colder: coldest, warm: warmer: warmest, strong: stronger: strongest,
    weak: weaker: weakest, high: higher: highest, low: lower: lowest, wide: wider: widest,
    large: larger: largest, nice: nicer: nicest, safe: safer: safest, late: later: latest,
    brave: braver: bravest, clean: cleaner: cleanest, cheap: cheaper: cheapest,
    kind: kinder: kindest
    """
)

SYNONYMS = rows(
    """
    big: large, small: little, happy: glad, sad: unhappy, fast: quick, smart: clever,
    begin: start, end: finish, shut: close, rich: wealthy, tired: weary, angry: cross,
    scared: afraid, brave: courageous, quiet: silent, sick: ill, rock: stone, road: street,
    gift: present, jump: leap, shout: yell, choose: pick, repair: fix, gather: collect,
    speak: talk, look: watch, odd: strange, hard: difficult, simple: easy, wet: damp,
    thin: slim, nice: pleasant, correct: right, wrong: mistaken, build: construct, help: assist,
    buy: purchase, answer: reply, near: close-by, cold: chilly, house: home, forest: woods,
    boat: ship, hat: cap, lad: boy, error: mistake, sea: ocean, path: trail
    """
)
