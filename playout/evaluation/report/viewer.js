// The viewer of one episode, of one run or of two side by side, and the keys that move it.

let current = null; // { row, episodes, step, last }
let opening = 0;
let playing = 0;

async function open(number, step) {
  const row = rowOf.get(number);
  if (!row) return;
  opening += 1;
  const mine = opening;
  stop();
  const episodes = await Promise.all(row.sides.map((side, run) => side && decode(run, side.number)));
  if (mine !== opening) return;
  const last = Math.max(...episodes.map((episode) => (episode ? episode.steps.length : 0)));
  current = { row, episodes, step: Math.min(step, last), last };
  drawViewer();
  markCurrent();
  show(current.step);
}

function drawViewer() {
  const { row, episodes, last } = current;
  const slider = el("input", { type: "range", id: "slider", min: 0, max: last, step: 1, "aria-label": "Step", input: () => show(Number(byId("slider").value)) });
  const bar = el("div", { class: "bar" },
    el("h2", {}, `Episode ${row.number}`),
    el("button", { class: "quiet", "aria-label": "Previous episode", title: "Previous episode (k)", click: () => neighbour(-1) }, "↑"),
    el("button", { class: "quiet", "aria-label": "Next episode", title: "Next episode (j)", click: () => neighbour(1) }, "↓"),
    el("button", { class: "quiet", id: "play", title: "Play or pause (space)", click: togglePlay }, "Play"),
    slider,
    el("span", { class: "where num", id: "where" }));
  const sides = episodes.map((episode, run) => drawSide(episode, run));
  byId("viewer").replaceChildren(bar, el("div", { class: PAIR ? "columns pair" : "columns" }, ...sides),
    el("p", { class: "hint keys" }, "Arrow keys step, Home and End jump, j and k change the episode, space plays, / searches."));
}

function drawSide(episode, run) {
  const side = el("div", { class: "side" });
  if (PAIR) side.append(el("h3", { class: SIDES[run] }, runTitle(RUNS[run])));
  if (!episode) {
    side.append(el("p", { class: "hint" }, `This run has no episode with seed ${current.row.seed}.`));
    return side;
  }
  const index = current.row.sides[run];
  const outcome = state(index);
  const badges = [
    el("span", { class: `badge ${outcome.mark === "error" ? "bad" : outcome.mark}` }, outcome.name),
    el("span", { class: "badge num" }, `return ${shortNumber(index.return)}`),
    el("span", { class: "badge num" }, plural(index.length, "step")),
    el("span", { class: "badge num" }, `seed ${episode.seed}`),
    index.invalid ? el("span", { class: "badge bad" }, plural(index.invalid, "invalid turn")) : null,
    ...Object.entries(episode.outcome.metrics).map(([name, value]) => el("span", { class: "badge num" }, `${name} ${shortNumber(value)}`)),
  ];
  side.append(el("div", { class: "badges" }, ...badges.filter(Boolean)));
  if (episode.error) side.append(el("p", { class: "problem" }, episode.error));
  side.append(el("div", { class: "play" },
    el("div", { class: "stage" }, el("div", { id: `frame-${run}`, class: "frames" }), rewardStrip(episode, run), episode.note ? el("p", { class: "hint" }, episode.note) : null),
    el("div", { class: "details", id: `details-${run}` })));
  return side;
}

/** Bars of the rewards; a click or drag goes to that step. */
function rewardStrip(episode, run) {
  const count = Math.max(episode.steps.length, 1);
  const rewards = episode.steps.map((step) => step.reward ?? 0);
  const most = Math.max(0, ...rewards);
  const least = Math.min(0, ...rewards);
  const tall = most - least || 1;
  const strip = svg("svg", { class: "strip", viewBox: `0 0 ${count} 100`, preserveAspectRatio: "none", role: "img", "aria-label": "Reward of each step" });
  const y = (value) => 6 + (82 * (most - value)) / tall;
  strip.append(svg("rect", { id: `cursor-${run}`, class: "cursor", y: 0, width: 1, height: 100 }));
  strip.append(svg("line", { x1: 0, x2: count, y1: y(0), y2: y(0), stroke: "var(--line)", "vector-effect": "non-scaling-stroke" }));
  episode.steps.forEach((step, t) => {
    const value = step.reward ?? 0;
    const height = Math.max((82 * Math.abs(value)) / tall, value ? 1.5 : 0);
    if (height) strip.append(svg("rect", { x: t + 0.1, width: 0.8, y: value > 0 ? y(0) - height : y(0), height, class: value > 0 ? "gain" : "loss" }));
    if (invalid(step)) strip.append(svg("rect", { x: t + 0.1, width: 0.8, y: 93, height: 7, class: "invalid" }));
  });
  const go = (event) => {
    const box = strip.getBoundingClientRect();
    show(Math.max(0, Math.min(count - 1, Math.floor((count * (event.clientX - box.left)) / box.width))));
  };
  strip.addEventListener("pointerdown", (event) => { strip.setPointerCapture(event.pointerId); go(event); });
  strip.addEventListener("pointermove", (event) => { if (event.buttons) go(event); });
  const marks = episode.steps.some(invalid) ? ", invalid turns marked below" : "";
  return el("div", {}, el("div", { class: "strip-label num" }, el("span", {}, `Reward per step${marks}`), el("span", {}, `${shortNumber(least)} to ${shortNumber(most)}`)), strip);
}

const invalid = (step) => Boolean(step.info && step.info.invalid);

/** Go to a step; the position after the last one shows how the episode ended. */
function show(step) {
  current.step = Math.max(0, Math.min(step, current.last));
  const { row, episodes, last } = current;
  byId("slider").value = current.step;
  byId("slider").setAttribute("aria-valuetext", `step ${current.step} of ${last}`);
  byId("where").textContent = `step ${current.step} of ${last}`;
  episodes.forEach((episode, run) => { if (episode) showSide(episode, run, current.step); });
  history.replaceState(null, "", `#episode=${row.number}&step=${current.step}`);
}

function showSide(episode, run, at) {
  const count = episode.steps.length;
  const t = Math.min(at, count);
  const step = episode.steps[t];
  const frame = episode.frames && episode.frames[Math.min(t, episode.frames.length - 1)];
  const host = byId(`frame-${run}`);
  const belief = beliefAt(episode, t);
  host.replaceChildren(
    frame ? drawFrame(frame) : el("figure", { class: "frame" }, el("pre", { class: "seen", tabindex: 0 }, seenAt(episode, t))),
    ...(belief ? [drawFrame(belief)] : []));
  const cursor = byId(`cursor-${run}`);
  cursor.setAttribute("x", Math.min(t, Math.max(count - 1, 0)));
  cursor.setAttribute("visibility", t < count ? "visible" : "hidden");
  byId(`details-${run}`).replaceChildren(...(step ? stepDetails(step, Boolean(frame)) : endDetails(episode)));
}

/** What the agent took to be true, as a frame: as it said last. */
function beliefAt(episode, t) {
  for (let i = Math.min(t, episode.steps.length - 1); i >= 0; i -= 1) {
    const search = episode.steps[i].search;
    if (search && search.belief) return search.belief;
  }
  return null;
}

function seenAt(episode, t) {
  const step = episode.steps[Math.min(t, episode.steps.length - 1)];
  return step && step.observation !== null ? asText(step.observation) : "Nothing to show: observations that are arrays are not stored.";
}

const asText = (value) => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 1));

const part = (title, ...content) => el("section", {}, el("h4", {}, title), ...content);
const fold = (title, ...content) => el("details", {}, el("summary", {}, title), ...content);
const pre = (text) => el("pre", { tabindex: 0 }, text);

function stepDetails(step, framed) {
  const parts = [];
  if (invalid(step)) parts.push(el("p", { class: "problem" }, `Invalid turn: ${asText(step.info.invalid)}`));
  parts.push(part(step.seat === "agent" ? "Action" : `Action of ${step.seat}`, el("div", { class: "action" }, asText(step.action) || "(empty)")));
  const ended = step.terminated ? ", episode over" : step.truncated ? ", step limit reached" : "";
  parts.push(el("p", { class: "num" }, `Reward ${shortNumber(step.reward)}${ended}`));
  if (step.thought) parts.push(part("Thought", el("div", { class: "prose", tabindex: 0 }, step.thought)));
  if (step.plan.length) {
    parts.push(part("Plan", el("ol", { class: "chips" }, ...step.plan.map((action, i) => el("li", { class: i ? "" : "now" }, asText(action))))));
  }
  if (step.search && Object.keys(step.search).some((name) => name !== "belief")) parts.push(part("Search", ...searchView(step.search, asText(step.action))));
  if (step.futures) parts.push(part("Imagined futures", futuresView(step.futures)));
  if (framed && step.observation !== null) parts.push(part("What the agent saw", pre(asText(step.observation))));
  step.completions.forEach((completion, i) => {
    const tokens = completion.tokens ? `, ${plural(completion.tokens, "token")}` : "";
    const sure = completion.logprob === null ? "" : `, log-probability ${shortNumber(completion.logprob)}`;
    const name = step.completions.length > 1 ? `Completion ${i + 1}` : "Completion";
    parts.push(fold(`${name} as written (${completion.finish}${tokens}${sure})`, pre(completion.text || "(empty)")));
  });
  const info = Object.entries(step.info || {});
  if (info.length) parts.push(fold("Info", pre(info.map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join("\n"))));
  return parts;
}

function endDetails(episode) {
  const { outcome } = episode;
  const facts = [["success", outcome.is_success === null ? "not said" : outcome.is_success ? "yes" : "no"], ["return", shortNumber(outcome.return)],
    ["steps", shortNumber(outcome.length)], ...Object.entries(outcome.metrics).map(([name, value]) => [name, shortNumber(value)]),
    ...Object.entries(episode.timings || {}).map(([name, value]) => [`seconds in ${name}`, shortNumber(value)])];
  return [part("How it ended", el("dl", { class: "facts num" }, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))])))];
}

/** Search statistics: {name: {action: number}} or {actions: [...], name: [numbers]} as bars, the rest as facts. */
function searchView(search, chosen) {
  if (typeof search !== "object" || Array.isArray(search)) return [pre(asText(search))];
  const columns = new Map();
  const facts = [];
  const actions = Array.isArray(search.actions) ? search.actions.map(asText) : null;
  for (const [name, value] of Object.entries(search)) {
    if (name === "belief" || (actions && name === "actions")) continue;
    const listed = actions && Array.isArray(value) && value.length === actions.length;
    const pairs = listed ? actions.map((action, i) => [action, value[i]]) : value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : null;
    if (pairs && pairs.length && pairs.every(([, number]) => number === null || typeof number === "number")) columns.set(name, new Map(pairs));
    else facts.push([name, asText(value)]);
  }
  const views = [];
  if (columns.size) views.push(searchTable(columns, chosen));
  if (facts.length) views.push(el("dl", { class: "facts num" }, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
  return views;
}

function searchTable(columns, chosen) {
  const [firstName, first] = columns.entries().next().value;
  const numbers = [...first.values()].filter((value) => value !== null);
  const low = Math.min(0, ...numbers);
  const high = Math.max(...numbers);
  const range = high - low || 1;
  const worst = low < 0 ? Math.min(...numbers) : 0;
  const actions = [...new Set([...columns.values()].flatMap((column) => [...column.keys()]))];
  actions.sort((one, other) => (first.get(other) ?? -Infinity) - (first.get(one) ?? -Infinity));
  const rows = actions.slice(0, 40).map((action) => {
    const value = first.get(action) ?? null;
    const meter = el("i");
    meter.style.width = `${value === null ? 0 : (100 * (value - worst)) / (high - worst || range)}%`;
    const cells = [...columns.values()].map((column) => el("td", { class: "num" }, shortNumber(column.get(action) ?? null)));
    return el("tr", {}, el("td", {}, action, action === chosen ? el("span", { class: "a" }, " ←") : null), el("td", {}, el("span", { class: "meter" }, meter)), ...cells);
  });
  const heads = ["action", firstName, ...columns.keys()].map((name, i) => el("th", { scope: "col" }, i === 1 ? "" : name));
  return el("table", { class: "search" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}

function futuresView(futures) {
  const list = Array.isArray(futures) ? futures : Object.entries(futures).map(([name, value]) => ({ name, value }));
  return el("div", { class: "futures" }, ...list.map((future) => {
    if (typeof future !== "object" || future === null) return el("div", { class: "future prose" }, asText(future));
    const rows = Object.entries(future).filter(([, value]) => !Array.isArray(value) || value.length).map(([name, value]) => {
      const chips = Array.isArray(value) && value.every((item) => typeof item !== "object");
      return el("div", {}, el("span", { class: "hint" }, name), chips
        ? el("ol", { class: "chips" }, ...value.map((item) => el("li", {}, String(item))))
        : typeof value === "string" && value.includes("\n") ? pre(value) : el("div", { class: "prose" }, typeof value === "number" ? shortNumber(value) : asText(value)));
    });
    return el("div", { class: "future" }, ...rows);
  }));
}

/* ---------- Moving about ---------- */

function neighbour(by) {
  const at = shown.findIndex((row) => current && row.number === current.row.number);
  const next = shown[at < 0 ? 0 : at + by];
  if (next) open(next.number, 0);
}

function stop() {
  clearInterval(playing);
  playing = 0;
  if (byId("play")) byId("play").textContent = "Play";
}

function togglePlay() {
  if (playing) return stop();
  if (current.step >= current.last) show(0);
  byId("play").textContent = "Pause";
  playing = setInterval(() => (current.step < current.last ? show(current.step + 1) : stop()), 320);
  return undefined;
}

const KEYS = {
  ArrowLeft: () => show(current.step - 1),
  ArrowRight: () => show(current.step + 1),
  Home: () => show(0),
  End: () => show(current.last),
  j: () => neighbour(1),
  k: () => neighbour(-1),
  " ": togglePlay,
  "/": () => byId("search").focus(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=search], select, textarea");
  const pressing = event.key === " " && event.target.matches("button, summary");
  if (typing || pressing || event.ctrlKey || event.metaKey || event.altKey || !current || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").textContent = dark ? "Light" : "Dark";
}

function switchTheme() {
  setTheme(document.documentElement.dataset.theme !== "dark");
}

/** Where the address says, else the first episode that did not succeed. */
function start() {
  const place = new URLSearchParams(location.hash.slice(1));
  const telling = ROWS.find((row) => !row.sides[0].success) || ROWS[0];
  if (place.has("episode")) open(Number(place.get("episode")), Number(place.get("step") || 0));
  else if (telling) open(telling.number, 0);
  else byId("viewer").append(el("p", { class: "hint" }, "This run has no episodes yet."));
}

drawHead();
setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
drawSummary();
drawList();
start();
