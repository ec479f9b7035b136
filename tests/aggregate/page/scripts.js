// The scripts that draw charts, and made reports, as report_probe prints them.
"use strict";

const {execFileSync} = require("node:child_process");

const [probe] = process.argv.slice(2);
const print = (...words) =>
  execFileSync(probe, words, {encoding: "utf8", maxBuffer: 1 << 28});

const scripts = new Function("require",
  `${print("scripts")}\nreturn {Report, makeCharts, looksOf, pictureOf, figureSpec};`)(require);

// A report of two policies at two sizes, or of what is given instead (MadeReport).
function made(given = {}) {
  return JSON.parse(print("make", JSON.stringify({policies: ["tova", "window"], sizes: [64, 128],
    ...given})));
}

module.exports = {...scripts, made};
