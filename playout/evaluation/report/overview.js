// The data of the page, its head and the summary of one run or of two.
// Data blocks: #data (JSON: runs and their indices) and one #e<run>-<number> per episode (zlib, base64),
// decoded when it is opened or searched. Text is only ever set as text.

const DATA = JSON.parse(document.getElementById("data").textContent);
const RUNS = DATA.runs;
const PAIR = RUNS.length > 1;
const SIDES = ["a", "b"];
const byId = (id) => document.getElementById(id);

const decoded = new Map();

async function decode(run, number) {
  const key = `e${run}-${number}`;
  if (decoded.has(key)) return decoded.get(key);
  const bytes = Uint8Array.from(atob(byId(key).textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const episode = JSON.parse(await new Response(stream).text());
  decoded.set(key, episode);
  if (decoded.size > 40) decoded.delete(decoded.keys().next().value);
  return episode;
}

// One row per episode of the first run, with its partner of the other run on the same seed.
const ROWS = RUNS[0].episodes.map((mine) => ({ number: mine.number, seed: mine.seed, sides: [mine] }));
if (PAIR) {
  const partners = new Map(RUNS[1].episodes.map((other) => [other.seed, other]));
  for (const row of ROWS) row.sides.push(partners.get(row.seed) || null);
}
const SAME_AGENT = PAIR && agentOf(RUNS[0]) === agentOf(RUNS[1]);
const rowOf = new Map(ROWS.map((row) => [row.number, row]));

function state(episode) {
  if (!episode) return { name: "missing", mark: "" };
  if (episode.error) return { name: "error", mark: "error" };
  if (episode.success === null) return { name: "finished", mark: "" };
  return episode.success ? { name: "success", mark: "good" } : { name: "failed", mark: "bad" };
}

/* ---------- Head and summary ---------- */

/** The agent; with the name of its run where two runs have the same agent. */
function runTitle(run) {
  return SAME_AGENT ? `${agentOf(run)} (${run.name})` : agentOf(run);
}

function agentOf(run) {
  const { agent, model } = run.summary;
  return `${agent || run.config.agent || "no agent"}${model ? ` (${model})` : ""}${run.summary.oracle ? " †" : ""}`;
}

function drawHead() {
  const envs = [...new Set(RUNS.map((run) => run.summary.env || run.config.env || "no environment"))].join(" and ");
  document.title = `${RUNS.map(runTitle).join(" and ")} on ${envs}`.toWellFormed();
  const names = RUNS.flatMap((run, i) => [i ? " and " : "", el("span", { class: PAIR ? SIDES[i] : "" }, runTitle(run))]);
  const about = RUNS.map((run) => [run.name, plural(run.summary.episodes, "episode"), day(run.manifest.created)].filter(Boolean).join(", "));
  const oracle = RUNS.some((run) => run.summary.oracle) ? " † looks behind the scenes (oracle)." : "";
  byId("top").append(
    el("div", { class: "titles" }, el("h1", {}, ...names, ` on ${envs}`), el("p", {}, `${about.join("; ")}.${oracle}`)),
    el("button", { class: "quiet", id: "theme", click: switchTheme }, "Light or dark"),
  );
}

const day = (created) => (created ? String(created).replace("T", " ").replace(/:\d\d(\.\d+)?\+00:00$/, " UTC") : null);
const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
const percent = (value) => (value === null ? "n/a" : `${(100 * value).toFixed(1)}%`);
const spread = (estimate, show) => (estimate.mean === null ? "n/a" : `${show(estimate.mean)} [${show(estimate.low)}, ${show(estimate.high)}]`);

const signed = (show) => (value) => `${value > 0 ? "+" : ""}${show(value)}`;

function drawSummary() {
  const estimates = RUNS.map((run) => {
    const { success, length, metrics } = run.summary;
    return { success, return: run.summary.return, length, ...metrics };
  });
  const names = [...new Set(estimates.flatMap((of) => Object.keys(of)))];
  const rows = names.map((name) => estimateRow(name, estimates.map((of) => of[name] || { mean: null })));
  const heads = ["", el("span", {}, "95% interval"), "mean and interval", ...(PAIR ? ["difference"] : [])];
  const table = el("table", { class: "estimates" },
    el("thead", {}, el("tr", {}, ...heads.map((head, i) => el("th", { scope: "col", class: i > 1 ? "num" : "" }, head)))),
    el("tbody", {}, ...rows));
  const card = el("div", { class: "card" }, el("h2", {}, "Results"), el("div", { class: "scroll" }, table));
  for (const [i, run] of RUNS.entries()) card.append(barcode(run, i));
  card.append(el("p", { class: "note" }, summaryNote()));
  byId("summary").append(card, factsCard());
}

function summaryNote() {
  const errors = RUNS.reduce((sum, run) => sum + run.summary.errors, 0);
  const failed = errors ? ` ${plural(errors, "episode")} stopped with an error; they count as not successful.` : "";
  const strips = "The strip has one line per episode in order: green succeeded, red failed, grey does not say.";
  const paired = DATA.comparison ? ` Differences are first minus second, paired on ${plural(DATA.comparison.pairs, "equal seed")}.` : "";
  return `Shares of successes have Wilson's interval, the others a bootstrap's over episodes. ${strips}${failed}${paired}`;
}

function estimateRow(name, estimates) {
  const share = name === "success" || name.startsWith("success_");
  const show = share ? percent : shortNumber;
  const ends = estimates.flatMap((estimate) => [estimate.low, estimate.high]).filter((value) => value !== null && value !== undefined);
  const [low, high] = share ? [0, 1] : scale(ends);
  const x = (value) => 4 + (392 * (value - low)) / (high - low);
  const plot = svg("svg", { viewBox: "0 0 400 26", preserveAspectRatio: "none", "aria-hidden": "true" });
  plot.append(svg("line", { x1: 4, x2: 396, y1: 13, y2: 13, stroke: "var(--line)", "stroke-width": 1, "vector-effect": "non-scaling-stroke" }));
  if (low < 0) plot.append(svg("line", { x1: x(0), x2: x(0), y1: 3, y2: 23, stroke: "var(--line)", "vector-effect": "non-scaling-stroke" }));
  estimates.forEach((estimate, i) => {
    if (estimate.mean === null) return;
    const y = PAIR ? 8 + 10 * i : 13;
    const line = { y1: y, y2: y, stroke: `var(--${SIDES[i]})`, "vector-effect": "non-scaling-stroke", "stroke-linecap": "round" };
    plot.append(svg("line", { ...line, x1: x(estimate.low), x2: x(estimate.high), "stroke-width": 3, "stroke-opacity": 0.45 }));
    plot.append(svg("line", { ...line, x1: x(estimate.mean), x2: x(estimate.mean) + 0.01, "stroke-width": 9 }));
  });
  const values = estimates.map((estimate, i) => el("span", { class: PAIR ? `value ${SIDES[i]}` : "value" }, spread(estimate, show)));
  const row = el("tr", {}, el("th", { scope: "row" }, ...wrapping(name)), el("td", { class: "plot" }, plot), el("td", { class: "num" }, ...values));
  if (PAIR) {
    const difference = DATA.comparison && DATA.comparison.metrics[name];
    row.append(el("td", { class: "num" }, difference ? spread(difference, signed(show)) : "n/a"));
  }
  return row;
}

/** A name that may go on in the next line after an underscore. */
const wrapping = (name) => name.split(/(?<=_)/).flatMap((piece, i) => (i ? [el("wbr"), piece] : [piece]));

/** Zero and all of `ends` with some air; [0, 1] for shares. */
function scale(ends) {
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  if (least === 0 && most <= 1) return [0, 1];
  return [least * 1.15, most * 1.15];
}

/** One line per episode, in order. */
function barcode(run, i) {
  const count = Math.max(run.episodes.length, 1);
  const strip = svg("svg", { class: count > 150 ? "barcode" : "barcode few", viewBox: `0 0 ${count} 1`, preserveAspectRatio: "none", role: "img",
    "aria-label": `${plural(run.episodes.length, "episode")} of ${runTitle(run)} in order` });
  const colours = { success: "var(--good)", failed: "var(--bad)", error: "var(--bad)", finished: "var(--muted)" };
  run.episodes.forEach((episode, at) => {
    const { name } = state(episode);
    strip.append(svg("rect", { x: at, y: 0, width: 1, height: 1, fill: colours[name], "fill-opacity": name === "success" ? 0.9 : 0.55 }));
  });
  return el("div", { class: "barcode-row" }, PAIR ? el("span", { class: `note ${SIDES[i]}` }, runTitle(run)) : null, strip);
}

/** Configuration and versions; where two runs differ, both values in their colours. */
function factsCard() {
  const facts = RUNS.map((run) => new Map([...flat(run.config), ...flat({ ...run.manifest, created: day(run.manifest.created) })]));
  const rows = [...new Set(facts.flatMap((of) => [...of.keys()]))].flatMap((name) => {
    const values = facts.map((of) => of.get(name) ?? "not set");
    const same = values.every((value) => value === values[0]);
    const shownValues = same ? [values[0]] : values.map((value, i) => el("div", { class: SIDES[i] }, value));
    return [el("dt", {}, name), el("dd", {}, ...shownValues)];
  });
  const box = el("div", { class: "facts-box", tabindex: 0, role: "region", "aria-label": "Configuration" }, el("dl", { class: "facts" }, ...rows));
  return el("div", { class: "card fixed" }, el("h2", {}, "Configuration"), box);
}

/** Nested data as [dotted name, text] pairs. */
function flat(value, prefix = "") {
  if (value === null || typeof value !== "object") return [[prefix, String(value)]];
  if (Array.isArray(value)) return [[prefix, value.map((item) => (typeof item === "object" ? JSON.stringify(item) : String(item))).join(", ")]];
  return Object.entries(value).flatMap(([name, part]) => flat(part, prefix ? `${prefix}.${name}` : name));
}

