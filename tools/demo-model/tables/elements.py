"""Chemical elements in the order of their atomic numbers, their kinds and their uses."""

from tables.reader import rows

ELEMENTS = rows(
    """
    H: hydrogen, He: helium, Li: lithium, Be: beryllium, B: boron, C: carbon, N: nitrogen,
    O: oxygen, F: fluorine, Ne: neon, Na: sodium, Mg: magnesium, Al: aluminium, Si: silicon,
    P: phosphorus, S: sulfur, Cl: chlorine, Ar: argon, K: potassium, Ca: calcium, Sc: scandium,
    Ti: titanium, V: vanadium, Cr: chromium, Mn: manganese, Fe: iron, Co: cobalt, Ni: nickel,
    Cu: copper, Zn: zinc, Ga: gallium, Ge: germanium, As: arsenic, Se: selenium, Br: bromine,
    Kr: krypton, Rb: rubidium, Sr: strontium, Y: yttrium, Zr: zirconium, Nb: niobium,
    Mo: molybdenum, Tc: technetium, Ru: ruthenium, Rh: rhodium, Pd: palladium, Ag: silver,
    Cd: cadmium, In: indium, Sn: tin, Sb: antimony, Te: tellurium, I: iodine, Xe: xenon,
    Cs: caesium, Ba: barium, La: lanthanum, Ce: cerium, Pr: praseodymium, Nd: neodymium,
    Pm: promethium, Sm: samarium, Eu: europium, Gd: gadolinium, Tb: terbium, Dy: dysprosium,
    Ho: holmium, Er: erbium, Tm: thulium, Yb: ytterbium, Lu: lutetium, Hf: hafnium,
    Ta: tantalum, W: tungsten, Re: rhenium, Os: osmium, Ir: iridium, Pt: platinum, Au: gold,
    Hg: mercury, Tl: thallium, Pb: lead, Bi: bismuth, Po: polonium, At: astatine, Rn: radon,
    Fr: francium, Ra: radium, Ac: actinium, Th: thorium, Pa: protactinium, U: uranium,
    Np: neptunium, Pu: plutonium, Am: americium, Cm: curium, Bk: berkelium, Cf: californium,
    Es: einsteinium, Fm: fermium, Md: mendelevium, No: nobelium, Lr: lawrencium,
    Rf: rutherfordium, Db: dubnium, Sg: seaborgium, Bh: bohrium, Hs: hassium, Mt: meitnerium,
    Ds: darmstadtium, Rg: roentgenium, Cn: copernicium, Nh: nihonium, Fl: flerovium,
    Mc: moscovium, Lv: livermorium, Ts: tennessine, Og: oganesson
    """
)

_SYMBOLS_OF_KIND = {
    "alkali metal": "Li Na K Rb Cs Fr",
    "alkaline earth metal": "Be Mg Ca Sr Ba Ra",
    "noble gas": "He Ne Ar Kr Xe Rn",
    "halogen": "F Cl Br I At",
    "metalloid": "B Si Ge As Sb Te",
    "nonmetal": "H C N O P S Se",
    "post-transition metal": "Al Ga In Sn Tl Pb Bi Po",
    "lanthanide": "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu",
    "actinide": "Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr",
    "transition metal": (
        "Sc Ti V Cr Mn Fe Co Ni Cu Zn Y Zr Nb Mo Tc Ru Rh Pd Ag Cd Hf"
        " Ta W Re Os Ir Pt Au Hg Rf Db Sg Bh Hs"
    ),
}
KIND_OF_SYMBOL = {
    symbol: kind for kind, symbols in _SYMBOLS_OF_KIND.items() for symbol in symbols.split()
}

GASES = frozenset("H He N O F Ne Cl Ar Kr Xe Rn".split())
LIQUIDS = frozenset({"Br", "Hg"})

_USES = rows(
    """
    copper: electric wires, helium: balloons, iron: steel, aluminium: drink cans, gold: rings,
    silver: mirrors and coins, lithium: batteries, neon: bright signs,
    chlorine: cleaning pool water, carbon: pencil cores, silicon: computer chips,
    calcium: strong bones, tungsten: lamp filaments, mercury: old thermometers,
    lead: heavy weights, tin: solder, zinc: protecting steel from rust, oxygen: breathing,
    nitrogen: fertilizer, sulfur: matches, titanium: light aircraft parts,
    uranium: nuclear power, iodine: cleaning wounds, platinum: catalysts in cars,
    sodium: table salt, magnesium: fireworks, fluorine: toothpaste, argon: welding,
    phosphorus: plant food, nickel: coins, chromium: shiny car parts, hydrogen: rocket fuel,
    cobalt: blue glass, potassium: garden fertilizer
    """
)
USE_OF_ELEMENT = dict(_USES)
