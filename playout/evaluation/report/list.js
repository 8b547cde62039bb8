// The list of episodes: filters, order and search.

const SHOW = {
  "all episodes": () => true,
  failed: (row) => row.sides.some((side) => side && (side.error || side.success === false)),
  succeeded: (row) => row.sides.some((side) => side && side.success && !side.error),
  "with invalid turns": (row) => row.sides.some((side) => side && side.invalid > 0),
  "with errors": (row) => row.sides.some((side) => side && side.error),
  ...(PAIR ? { "where the runs differ": (row) => row.sides[1] && state(row.sides[0]).name !== state(row.sides[1]).name } : {}),
};
const lowFirst = (pick) => (one, other) => pick(one) - pick(other) || one.number - other.number;
const returnOf = (row) => row.sides[0].return ?? Infinity;
const SORT = {
  "by number": lowFirst((row) => row.number),
  "by seed": lowFirst((row) => row.seed),
  "lowest return first": lowFirst(returnOf),
  "highest return first": lowFirst((row) => -(row.sides[0].return ?? -Infinity)),
  "longest first": lowFirst((row) => -row.sides[0].length),
};

let shown = [];
let searching = 0;

function drawList() {
  const options = (choices) => Object.keys(choices).map((name) => el("option", {}, name));
  byId("list").append(
    el("input", { type: "search", id: "search", placeholder: "Search seeds and texts", "aria-label": "Search seeds and texts", input: () => later(refresh) }),
    el("div", { class: "pickers" },
      el("select", { id: "show", "aria-label": "Show", change: refresh }, ...options(SHOW)),
      el("select", { id: "sort", "aria-label": "Order", change: refresh }, ...options(SORT))),
    el("div", { class: "hint", id: "found", role: "status" }),
    el("ol", { id: "rows" }));
  refresh();
}

let waiting = 0;
function later(work) {
  clearTimeout(waiting);
  waiting = setTimeout(work, 180);
}

/** Filter and sort; a text is looked for in the seeds at once and then through all episodes. */
async function refresh() {
  searching += 1;
  const mine = searching;
  const wanted = byId("search").value.trim().toLowerCase();
  const picked = ROWS.filter(SHOW[byId("show").value]).sort(SORT[byId("sort").value]);
  if (!wanted) return showRows(picked, plural(picked.length, "episode"));
  const hits = [];
  for (const [done, row] of picked.entries()) {
    if (quickText(row).includes(wanted) || (await deepText(row)).includes(wanted)) hits.push(row);
    if (mine !== searching) return undefined;
    if (done % 50 === 49) showRows(hits, `${hits.length} found, ${done + 1} of ${picked.length} searched`);
  }
  return showRows(hits, `${hits.length} of ${plural(picked.length, "episode")} found`);
}

const quickText = (row) => `#${row.number} seed ${row.seed} ${row.sides.map((side) => (side && side.error) || "").join(" ")}`.toLowerCase();

async function deepText(row) {
  const texts = [];
  for (const [run, side] of row.sides.entries()) {
    if (!side) continue;
    for (const step of (await decode(run, side.number)).steps) {
      texts.push(asText(step.observation), asText(step.action), step.thought, asText(step.info && step.info.invalid));
      texts.push(...step.plan.map(asText), ...step.completions.map((completion) => completion.text));
    }
  }
  return texts.join("\n").toLowerCase();
}

function showRows(rows, message) {
  shown = rows;
  byId("found").textContent = message;
  byId("rows").replaceChildren(...rows.map(listItem));
  markCurrent();
}

function listItem(row) {
  const dots = row.sides.map((side) => el("span", { class: `dot ${state(side).mark}`, title: state(side).name }));
  const returns = row.sides.map((side) => (side && !side.error ? shortNumber(side.return) : "–")).join(" | ");
  const lengths = row.sides.map((side) => (side ? side.length : "–")).join(" | ");
  const button = el("button", { "data-number": row.number, click: () => open(row.number, 0) },
    el("span", { class: "dots" }, ...dots),
    el("span", { class: "num" }, `Episode ${row.number}`),
    el("span", { class: "num", title: "return" }, returns),
    el("span", { class: "sub num" }, `${PAIR ? "" : `${state(row.sides[0]).name}, `}${lengths} steps, seed ${row.seed}`));
  return el("li", {}, button);
}

function markCurrent() {
  for (const button of byId("rows").querySelectorAll("button[aria-current]")) button.removeAttribute("aria-current");
  const button = current && byId("rows").querySelector(`button[data-number="${current.row.number}"]`);
  if (!button) return;
  button.setAttribute("aria-current", "true");
  const rows = byId("rows");
  const top = button.parentElement.offsetTop;
  if (top < rows.scrollTop || top + button.offsetHeight > rows.scrollTop + rows.clientHeight) {
    rows.scrollTop = top - rows.clientHeight / 3;
  }
}

