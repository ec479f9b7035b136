// usage: palette_test.js REPORT_PROBE
"use strict";

const assert = require("node:assert/strict");
const {test} = require("node:test");
const {looksOf} = require("./scripts.js");

const palette = (labels, role = "policy") =>
  looksOf(new Map(labels.map((label) => [label, {name: label.toUpperCase(), role}])));

function linear(color) {
  return [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

// Contrast ratio of WCAG 2.1.
function contrast(a, b) {
  const [low, high] = [a, b].map((color) => {
    const [red, green, blue] = linear(color);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  }).sort((x, y) => x - y);
  return high / low;
}

// What a person without one kind of cone sees: matrices of Machado, Oliveira and Fernandes (2009),
// severity 1.0, on linear RGB.
const CONES = {
  "no long-wave cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]],
  "no middle-wave cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]],
};
const seen = (color, matrix) => matrix.map((row) =>
  row.reduce((sum, weight, part) => sum + weight * linear(color)[part], 0));

test("no two labels look the same", () => {
  const labels = Array.from({length: 120}, (_, place) => `policy ${1000 + place}`);
  const looks = palette([...labels, "h2o", "H2O", "h2o scope=layer", "tova"]);
  assert.equal(new Set([...looks.values()].map((look) =>
    JSON.stringify([look.color, look.shape, look.filled, look.dash]))).size, 124);
  assert.equal(looks.get("h2o scope=layer").name, "H2O SCOPE=LAYER");
});

test("a policy has its colour whatever stands beside it", () => {
  const alone = palette(["h2o", "mine"]);
  const beside = palette(["a2sf", "full", "h2o", "kivi", "mine", "streaming sinks=4", "tova"]);
  for (const label of ["h2o", "mine"]) {
    assert.deepEqual(beside.get(label), alone.get(label));
  }
  assert.equal(alone.get("h2o").color, "#0072B2");
  // The hash of "mine" is 0x5b689e85 (by six lines of Python), modulo 10 1.
  assert.equal(alone.get("mine").color, "#D55E00");
});

test("policies by layer have the colour of the policy of the last layers", () => {
  const looks = palette(["h2o", "tova", "0-1=full 2-=h2o", "0=full 1-=tova layers.1-.sinks=4", "3=h2o 4-=tova"]);
  const color = (label) => looks.get(label).color;
  assert.equal(color("0-1=full 2-=h2o"), color("h2o"));
  assert.equal(color("0=full 1-=tova layers.1-.sinks=4"), color("tova"));
  assert.equal(color("3=h2o 4-=tova"), color("tova"));
  assert.notEqual(color("h2o"), color("tova"));
});

test("the labels of one policy share its colour", () => {
  const looks = palette(["streaming", "streaming sinks=0", "streaming sinks=4"]);
  assert.equal(new Set([...looks.values()].map((look) => look.color)).size, 1);
});

test("baselines and controls are grey, and no policy is", () => {
  for (const [role, isGrey] of [["baseline", true], ["control", true], ["policy", false],
    ["reference", false]]) {
    for (const look of palette(["full", "h2o", "tova", "window", "mine"], role).values()) {
      assert.equal(look.color === "#808080", isGrey);
    }
  }
});

test("colours are seen on white and on a dark page", () => {
  const many = Array.from({length: 60}, (_, place) => `policy_${place}`);
  const colors = new Set([...palette(many).values(), ...palette(["full"], "baseline").values()]
    .map((look) => look.color));
  assert.equal(colors.size, 11);
  for (const color of colors) {
    assert.ok(contrast(color, "#ffffff") > 2, color);
    assert.ok(contrast(color, "#16191d") > 3, color);
  }
});

test("the colours of the best known policies differ for the colour-blind", () => {
  const looks = [...palette(["h2o", "tova", "streaming", "window", "snapkv", "pyramidkv"]).values()];
  const colors = looks.map((look) => look.color);
  assert.ok(looks.every((look) => look.filled));
  for (const [cones, matrix] of Object.entries(CONES)) {
    for (const [place, one] of colors.entries()) {
      for (const other of colors.slice(place + 1)) {
        const [a, b] = [seen(one, matrix), seen(other, matrix)];
        assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) > 0.1,
          `${cones}: ${one} ${other}`);
      }
    }
  }
});
