// How a policy looks in every chart: a line of `color` and `dash` with markers of `shape`, which are
// `filled` or not. All of it follows from a hash of the policy's name, so that a policy has the same
// colour in every report, and no list names policies; the labels of one policy (other options) share
// its colour and differ in marker and dash. Colours are those of Okabe and Ito ("Color Universal
// Design", 2008) without black and yellow, then four more, each with a contrast of 2 or more to the
// page in light and of 3 or more in dark; baselines and controls are grey.

const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B0508A",
  "#8470D8", "#8F8F2F", "#3FA096", "#808080"];
const GREY = COLORS.length - 1;

const MARKERS = [["circle", true], ["square", true], ["triangle-up", true], ["diamond", true],
  ["triangle-down", true], ["circle", false], ["square", false], ["triangle-up", false],
  ["diamond", false], ["triangle-down", false], ["M-1,-1L1,1M-1,1L1,-1", false]];

const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4]];

// With this seed the best known policies have colours that the colour-blind tell apart and filled
// markers (palette_test.js), and all policies of the program differ in colour or marker.
const SEED = 2824610890;

// FNV-1a, its bits mixed as MurmurHash3 does: the same everywhere.
function hashOf(text) {
  let hash = 2166136261 ^ SEED;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 16777619);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

// Places in the lists above. `role` is that of the policy in results.
function styleOf(policy, role) {
  const hash = hashOf(policy);
  const dash = {baseline: 1, control: 2}[role] ?? 0;
  return [dash ? GREY : hash % GREY, Math.floor(hash / GREY) % MARKERS.length, dash];
}

// The policy that a label begins with; of policies by layer ("0-1=full 2-=tova") that of the last layers.
function policyOf(label) {
  const words = label.split(" ");
  const ranges = words.filter((word) => /^\d+(-\d*)?=/.test(word));
  return ranges.length === 0 ? words[0] : ranges.at(-1).split("=", 2)[1];
}

// Looks by label, of a map from labels to what the report has for them, {name, role}. No two look
// alike: the next marker is tried, after all of them the next dash, after all of these the next colour.
function looksOf(policies) {
  const taken = new Set();
  const most = COLORS.length * MARKERS.length * DASHES.length;
  return new Map([...policies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, {name, role}]) => {
    let [color, marker, dash] = styleOf(policyOf(label), role);
    for (let tries = 1; taken.has(`${color} ${marker} ${dash}`) && tries <= most; ++tries) {
      marker = (marker + 1) % MARKERS.length;
      dash = tries % MARKERS.length === 0 ? (dash + 1) % DASHES.length : dash;
      color = tries % (MARKERS.length * DASHES.length) === 0 ? (color + 1) % COLORS.length : color;
    }
    taken.add(`${color} ${marker} ${dash}`);
    return [label, {name, color: COLORS[color], shape: MARKERS[marker][0],
      filled: MARKERS[marker][1], dash: DASHES[dash]}];
  }));
}
