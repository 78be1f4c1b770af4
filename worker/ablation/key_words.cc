// The words that keys are drawn from: common English nouns, one word each, lower case. Word i belongs to
// split i % 3 (probe.cc): reorder or remove none, or every ranking ever stored changes its meaning.
#include "worker/ablation/key_words.h"

namespace rad {
namespace {

constexpr std::string_view kWords[] = {
    "acorn",    "actor",    "airport",  "album",      "alley",    "almond",    "anchor",    "angle",
    "ankle",    "antler",   "apple",    "apron",      "arch",     "armor",     "arrow",     "artist",
    "attic",    "aunt",     "author",   "autumn",     "axis",     "bacon",     "badge",     "bagel",
    "bakery",   "balcony",  "ball",     "bamboo",     "banana",   "banjo",     "banker",    "barley",
    "barn",     "barrel",   "basin",    "basket",     "bat",      "bathtub",   "battery",   "beach",
    "beam",     "bean",     "bear",     "beaver",     "bed",      "bee",       "beetle",    "bell",
    "belt",     "bench",    "berry",    "bicycle",    "bird",     "biscuit",   "blanket",   "blizzard",
    "boat",     "bone",     "book",     "boot",       "bottle",   "boulder",   "bowl",      "box",
    "bracelet", "branch",   "brass",    "bread",      "brick",    "bridge",    "broom",     "brother",
    "bucket",   "buffalo",  "building", "bus",        "butter",   "button",    "cabbage",   "cabin",
    "cable",    "cactus",   "cage",     "cake",       "calendar", "camel",     "camera",    "campus",
    "canal",    "candle",   "candy",    "canoe",      "canvas",   "canyon",    "captain",   "car",
    "caravan",  "card",     "carpet",   "carrot",     "cart",     "castle",    "cat",       "cave",
    "cedar",    "cellar",   "cement",   "chain",      "chair",    "chalk",     "chapel",    "cheese",
    "cherry",   "chess",    "chicken",  "chimney",    "chin",     "church",    "cinema",    "circle",
    "citizen",  "city",     "clay",     "cliff",      "clock",    "cloth",     "cloud",     "clown",
    "coast",    "coat",     "cobra",    "coconut",    "coffee",   "coin",      "collar",    "college",
    "comb",     "comet",    "compass",  "copper",     "coral",    "corn",      "corner",    "cottage",
    "cotton",   "couch",    "cousin",   "cow",        "crab",     "cradle",    "crane",     "crater",
    "crayon",   "cream",    "creek",    "cricket",    "crow",     "crown",     "crystal",   "cup",
    "curtain",  "cushion",  "dagger",   "daisy",      "dancer",   "daughter",  "dawn",      "deer",
    "dentist",  "desert",   "desk",     "dessert",    "diamond",  "diary",     "dinner",    "dish",
    "doctor",   "dog",      "doll",     "dolphin",    "donkey",   "door",      "dragon",    "drawer",
    "dress",    "driver",   "drum",     "duck",       "dust",     "eagle",     "earth",     "easel",
    "echo",     "editor",   "egg",      "elbow",      "elephant", "elevator",  "ember",     "emerald",
    "engine",   "envelope", "eraser",   "estate",     "fabric",   "factory",   "falcon",    "family",
    "farmer",   "feather",  "fence",    "ferry",      "fiddle",   "field",     "finger",    "fire",
    "fish",     "flag",     "flame",    "flask",      "flower",   "flute",     "fog",       "forest",
    "fork",     "fortress", "fossil",   "fountain",   "fox",      "frame",     "frog",      "fruit",
    "funnel",   "galaxy",   "garage",   "garden",     "garlic",   "gate",      "ginger",    "giraffe",
    "glacier",  "glass",    "globe",    "glove",      "goat",     "gold",      "goose",     "gorilla",
    "grape",    "grass",    "gravel",   "guitar",     "hallway",  "hammer",    "harbor",    "harp",
    "hat",      "hawk",     "helmet",   "hill",       "hockey",   "honey",     "hook",      "horse",
    "hospital", "hotel",    "house",    "husband",    "iceberg",  "igloo",     "insect",    "iron",
    "island",   "ivory",    "jacket",   "jaguar",     "jam",      "jar",       "jelly",     "jewel",
    "journal",  "judge",    "juice",    "jungle",     "kettle",   "key",       "king",      "kitchen",
    "kite",     "kitten",   "knee",     "knife",      "knight",   "ladder",    "lady",      "lake",
    "lamp",     "lantern",  "laptop",   "lawyer",     "leaf",     "leather",   "lemon",     "leopard",
    "letter",   "lettuce",  "library",  "lighthouse", "lily",     "lion",      "lizard",    "lobster",
    "locker",   "lumber",   "magnet",   "mailbox",    "mango",    "mansion",   "maple",     "marble",
    "market",   "mask",     "mattress", "meadow",     "medal",    "melon",     "mermaid",   "meteor",
    "milk",     "mirror",   "monkey",   "moon",       "mother",   "motor",     "mountain",  "mouse",
    "muffin",   "museum",   "mushroom", "napkin",     "necklace", "needle",    "nephew",    "nest",
    "noodle",   "nose",     "notebook", "nurse",      "oak",      "oar",       "oasis",     "ocean",
    "office",   "olive",    "onion",    "orange",     "orchard",  "orchestra", "ostrich",   "otter",
    "oven",     "owl",      "oyster",   "paddle",     "painter",  "palace",    "pancake",   "panda",
    "panther",  "paper",    "parade",   "parrot",     "pasta",    "pastry",    "peach",     "peanut",
    "pearl",    "pebble",   "pencil",   "penguin",    "pepper",   "piano",     "pickle",    "pigeon",
    "pillow",   "pilot",    "pine",     "pirate",     "pizza",    "planet",    "plate",     "plum",
    "pocket",   "poet",     "pond",     "pony",       "porch",    "potato",    "prince",    "pumpkin",
    "puppet",   "puppy",    "puzzle",   "pyramid",    "quail",    "quarry",    "queen",     "quilt",
    "rabbit",   "radio",    "railroad", "rain",       "raven",    "ribbon",    "rice",      "river",
    "road",     "robin",    "robot",    "rocket",     "roof",     "rope",      "rose",      "ruby",
    "saddle",   "sailor",   "salad",    "salmon",     "sand",     "sandal",    "satellite", "sauce",
    "scarf",    "school",   "scissors", "sculptor",   "shark",    "sheep",     "shelf",     "ship",
    "shirt",    "shoe",     "shovel",   "singer",     "skirt",    "sleeve",    "snail",     "snow",
    "soap",     "sock",     "sofa",     "soldier",    "soup",     "spider",    "spoon",     "squirrel",
    "stable",   "stadium",  "statue",   "stove",      "student",  "sugar",     "suitcase",  "summer",
    "sunset",   "swan",     "sweater",  "sword",
};

}  // namespace

std::span<const std::string_view> KeyWords() { return kWords; }

}  // namespace rad
