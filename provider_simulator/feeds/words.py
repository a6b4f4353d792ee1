"""What invented games and studios are called; no name here is meant to be anybody's trade mark."""

from __future__ import annotations

ADJECTIVES = (
    "Amber", "Ancient", "Autumn", "Azure", "Backstage", "Borrowed", "Brave", "Bright", "Bronze", "Candid", "Careful",
    "Clockwork", "Cobalt", "Copper", "Crimson", "Curious", "Daring", "Distant", "Drowsy", "Electric", "Emerald",
    "Faithful", "Feathered", "First", "Floating", "Folded", "Gentle", "Gilded", "Golden", "Grand", "Hidden", "Hollow",
    "Honest", "Humming", "Indigo", "Ivory", "Jolly", "Juniper", "Last", "Laughing", "Lilac", "Little", "Lively",
    "Lucid", "Lunar", "Marble", "Mellow", "Merry", "Midnight", "Neon", "Northern", "Painted", "Paper", "Patient",
    "Polished", "Quiet", "Restless", "Royal", "Rustic", "Sapphire", "Scarlet", "Secret", "Silver", "Sleepy", "Solar",
    "Southern", "Spotted", "Starlit", "Stolen", "Summer", "Tangled", "Velvet", "Violet", "Wandering", "Whispering",
    "Winter",
)  # fmt: skip

# The theme of a game is the theme of its noun, so that tags and names agree.
NOUNS_BY_THEME = {
    "sea": ("Harbour", "Lagoon", "Lighthouse", "Tide", "Coral", "Galleon", "Pearl", "Ferry"),
    "sky": ("Comet", "Aurora", "Nebula", "Zephyr", "Skylark", "Balloon", "Orbit", "Moonrise"),
    "forest": ("Thicket", "Fern", "Badger", "Owl", "Clearing", "Acorn", "Stag", "Glade"),
    "city": ("Arcade", "Tramway", "Rooftop", "Boulevard", "Market", "Carousel", "Velodrome", "Kiosk"),
    "myth": ("Phoenix", "Griffin", "Oracle", "Sphinx", "Minotaur", "Siren", "Titan", "Kraken"),
    "sweets": ("Marzipan", "Honeycomb", "Peach", "Bakery", "Truffle", "Lemonade", "Sorbet", "Praline"),
    "desert": ("Caravan", "Oasis", "Mirage", "Dune", "Scarab", "Bazaar", "Falcon", "Canyon"),
    "winter": ("Glacier", "Sleigh", "Snowfox", "Icicle", "Cabin", "Avalanche", "Lantern", "Pine"),
    "music": ("Cello", "Trumpet", "Jukebox", "Ballad", "Drumline", "Serenade", "Tango", "Organ"),
}

STUDIOS = (
    "Alder & Finch", "Bellweather", "Blue Door Games", "Bramble Works", "Brass Otter", "Candlewick", "Cartwheel Studio",
    "Chalk & Cheddar", "Clover Foundry", "Copperfield Lane", "Corner Table", "Crooked Spire", "Damson", "Dovetail",
    "Eleven Kites", "Fable & Sons", "Felt Hat Games", "Firefly Depot", "Foxglove Reels", "Garden Gate", "Ginger Moth",
    "Half Moon Bay", "Hazel Machine", "Hearthside", "Inkwell Play", "Ivory Ladder", "Jackdaw Studio", "Kettle Black",
    "Lamplight", "Larkspur", "Little Engine", "Long Meadow", "Magpie Works", "Marigold Lab", "Merry Pixel",
    "Mockingbird", "Nettle & Rye", "Nine Lanterns", "Nutmeg", "Odd Sock Games", "Old Orchard", "Paper Crane",
    "Peppercorn", "Pilot Whale", "Plum Circuit", "Quarter Past", "Quiet Giant", "Rain Barrel", "Red Umbrella",
    "Rookery", "Saltmarsh", "Second Breakfast", "Snowdrop", "Sunday Tram", "Tall Chimney", "Thimble & Thread",
    "Tin Lizard", "Tuesday Club", "Walnut Row", "Wild Quince",
)  # fmt: skip
