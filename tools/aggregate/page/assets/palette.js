// How a policy looks in every chart: a line of `color` and `dash` with markers of `shape`, which are
// `filled` or not. A policy has the same colour in every report; the labels of one policy (other
// options) share its colour and differ in marker and dash. Policies that are not known here take
// their colour from a hash of their name. Colours are those of Okabe and Ito ("Color Universal
// Design", 2008) without black and yellow, then four more, each with a contrast of 2 or more to the
// page in light and of 3 or more in dark; baselines and controls are grey.

const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B0508A",
  "#8470D8", "#8F8F2F", "#3FA096", "#808080"];
const GREY = COLORS.length - 1;

const MARKERS = [["circle", true], ["square", true], ["triangle-up", true], ["diamond", true],
  ["triangle-down", true], ["circle", false], ["square", false], ["triangle-up", false],
  ["diamond", false], ["triangle-down", false], ["M-1,-1L1,1M-1,1L1,-1", false]];

const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4]];

// Colour, marker and dash by their place in the lists above.
const STYLES = {
  "full": [GREY, 0, 1],
  "short_context": [GREY, 6, 3],
  "random": [GREY, 10, 2],
  "h2o": [0, 0, 0],
  "tova": [1, 1, 0],
  "streaming": [2, 2, 0],
  "window": [3, 3, 0],
  "snapkv": [4, 4, 0],
  "pyramidkv": [5, 0, 0],
  "adakv": [6, 1, 0],
  "scissorhands": [7, 2, 0],
  "expected_attention": [8, 3, 0],
  "kivi": [9, 4, 0],
  "a2sf": [0, 6, 1],
  "caote": [1, 5, 1],
  "keydiff": [2, 8, 1],
  "keyformer": [3, 7, 1],
  "knorm": [4, 5, 1],
  "lagkv": [5, 6, 1],
  "morphkv": [6, 9, 1],
  "roco": [7, 5, 1],
  "weightedkv": [8, 6, 1],
  "oracle": [9, 8, 2],
  "?": [GREY, 9, 4],
};

// FNV-1a, its upper half: the same everywhere.
function hashOf(text) {
  let hash = 14695981039346656037n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  }
  return Number(hash >> 32n);
}

function styleOf(policy) {
  const hash = hashOf(policy);
  return Object.hasOwn(STYLES, policy) ? STYLES[policy]
    : [hash % GREY, Math.floor(hash / GREY) % MARKERS.length, 3];
}

// Looks by label, of a map from labels to the names that the report has for them. No two look alike:
// the next marker is tried, after all of them the next dash, after all of these the next colour.
function looksOf(names) {
  const taken = new Set();
  const most = COLORS.length * MARKERS.length * DASHES.length;
  return new Map([...names.keys()].sort().map((label) => {
    let [color, marker, dash] = styleOf(label.split(" ", 1)[0]);
    for (let tries = 1; taken.has(`${color} ${marker} ${dash}`) && tries <= most; ++tries) {
      marker = (marker + 1) % MARKERS.length;
      dash = tries % MARKERS.length === 0 ? (dash + 1) % DASHES.length : dash;
      color = tries % (MARKERS.length * DASHES.length) === 0 ? (color + 1) % COLORS.length : color;
    }
    taken.add(`${color} ${marker} ${dash}`);
    return [label, {name: names.get(label), color: COLORS[color], shape: MARKERS[marker][0],
      filled: MARKERS[marker][1], dash: DASHES[dash]}];
  }));
}
