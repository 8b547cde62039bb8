"""Which of our blocks the common ones of Minecraft 1.11 are: a choice of ours, by what they look like."""

from playout.simulators.building.blocks import (
    AIR,
    COBBLESTONE,
    DIRT,
    GLASS,
    LOG,
    PLANKS,
    STONE,
    STONEBRICK,
    WOOL,
)  # fmt: skip

_NUMBERS: dict[int, tuple[int, ...]] = {
    STONE: (1, 7, 14, 15, 16, 21, 22, 41, 42, 43, 44, 49, 56, 57, 73, 74, 77, 78, 80, 129, 133, 155, 156,
        159, 172, 173),
    DIRT: (2, 3, 12, 18, 60, 88, 110, 161, 208),
    COBBLESTONE: (4, 13, 24, 48, 67, 82, 121, 128, 139, 179, 180, 206),
    PLANKS: (5, 25, 47, 53, 54, 58, 84, 125, 126, 134, 135, 136, 163, 164),
    LOG: (17, 162),
    WOOL: (19, 35, 170),
    GLASS: (20, 79, 95, 102, 160, 174, 212),
    STONEBRICK: (45, 97, 98, 108, 109, 112, 114, 168, 201, 203, 215),
    AIR: (0, 6, 8, 9, 10, 11, 23, 26, 27, 28, 30, 31, 32, 37, 38, 39, 40, 50, 51, 55, 59, 61, 62, 63, 64,
        65, 66, 68, 69, 70, 71, 72, 75, 76, 81, 83, 85, 86, 89, 91, 92, 93, 94, 96, 101, 104, 105, 106,
        107, 111, 113, 115, 117, 118, 120, 131, 132, 140, 141, 142, 143, 144, 145, 147, 148, 149, 150,
        151, 154, 157, 158, 167, 171, 175, 176, 177, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192,
        193, 194, 195, 196, 197, 198, 207),
}  # fmt: skip
BY_NUMBER = {number: block for block, numbers in _NUMBERS.items() for number in numbers}
"""Number -> block, whatever the data value; what has not the shape of a block is air."""
_WORDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (AIR, ("air ", "door", "trapdoor", "torch", "fence", "ladder", "sign", "carpet", "button", "lever",
        "flower", "water", "bed ", "vine", "rail", "pressure plate", "sapling", "tall grass", "fern",
        "lava", "snow layer", "mushroom", "cactus", "cake", "carrot", "potato", "cauldron", "cobweb",
        "dandelion", "poppy", "dead", "anvil", "brewing", "daylight", "comparator", "repeater",
        "tripwire", "redstone wire", "wheat", "lily", "sugar cane", "banner", "head", "skull", "bars")),
    (GLASS, ("glass", "ice")),
    (WOOL, ("wool", "sponge", "hay")),
    (STONEBRICK, ("stone brick", "brick", "nether", "prismarine", "purpur")),
    (COBBLESTONE, ("cobble", "moss", "sandstone", "gravel", "furnace")),
    (AIR, ("barrier",)),
    (DIRT, ("leaves", "grass", "dirt", "podzol", "farmland", "sand", "soul", "mycelium", "slime")),
    (PLANKS, ("plank", "wooden", "wood slab", "wood stair", "bookshelf", "crafting", "chest", "oak stair",
        "spruce stair", "birch stair", "jungle stair", "acacia stair")),
    (LOG, ("log", "wood")),
    (PLANKS, ("oak", "spruce", "birch", "jungle", "acacia")),
    (STONE, ("stone", "quartz", "clay", "iron", "gold", "concrete", "terracotta", "ore", "andesite",
        "diorite", "granite", "obsidian", "diamond", "emerald", "coal", "lapis", "redstone", "dispenser",
        "dropper", "bone", "snow", "bedrock", "block")),
)  # fmt: skip
BY_WORD = tuple((word, block) for block, words in _WORDS for word in words)
"""What words of a name begin with, the first that is found counts; a name with none is unknown."""
