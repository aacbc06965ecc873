const app = document.getElementById("app");
const data = JSON.parse(document.getElementById("data").textContent);
const { rows, columns, statuses } = data;
const rowStep = 200, cardStep = 60, printed = 2000;
const counted = new Intl.NumberFormat("en-US");
const collator = new Intl.Collator("en", { numeric: true });
const state = { text: "", statuses: new Set(), reused: false, choices: new Map(), sort: "", down: false, view: "table" };

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""));
  return element;
}

/* The columns of the table: a key, a label, what sorts it, what a cell holds. */
function badnessOf({ ok, failing }) {
  if (ok + failing.length === 0) return NaN;
  return failing.reduce((sum, [kind]) => sum + (kind === "bad" ? 1000 : 1), 0);
}
function ranksOf(texts) {
  const sorted = [...new Set(texts)].sort(collator.compare);
  const rank = new Map(sorted.map((text, i) => [text, i]));
  return texts.map((text) => text === "" ? NaN : rank.get(text));
}
function fieldOf(column) {
  const { key, label, kind, unit, texts, numbers, defaults } = column;
  const present = (numbers ?? []).filter((value) => value !== null);
  const low = present.reduce((a, b) => Math.min(a, b), Infinity);
  const high = present.reduce((a, b) => Math.max(a, b), -Infinity);
  const drawn = kind !== "config" && high > low;
  const base = Math.min(Math.max(low, 0), high);
  const usual = new Set(defaults);
  const at = (value) => 100 * (value - low) / (high - low);
  const lowText = drawn ? texts[numbers.indexOf(low)] : "", highText = drawn ? texts[numbers.indexOf(high)] : "";
  return {
    key, label, number: numbers !== undefined,
    note: drawn ? `${lowText} to ${highText}${unit ? " " + unit : ""}` : unit,
    values: () => numbers ? numbers.map((value) => value ?? NaN) : ranksOf(texts),
    cell(i) {
      const cell = make("td", { class: numbers ? "num" : "" }, numbers ? texts[i] : make("div", { class: "value" }, texts[i]));
      if (kind === "metric" && texts[i] !== "") cell.title = String(numbers[i]) + (unit ? " " + unit : "");
      if (usual.has(i)) {
        cell.classList.add("usual");
        cell.title = "The default: the config does not set it";
        cell.append(make("span", { class: "quiet" }, " (default)"));
      }
      if (!drawn || numbers[i] === null) return cell;
      const [from, to] = [at(Math.min(base, numbers[i])), at(Math.max(base, numbers[i]))];
      cell.classList.add("bar");
      cell.style.setProperty("--from", Math.min(from, 98) + "%");
      cell.style.setProperty("--to", Math.max(to, from + 2) + "%");
      return cell;
    },
  };
}
const fields = [
  { key: "instance", label: "Instance", values: () => ranksOf(rows.map(({ instance }) => instance)), cell: instanceCell },
  { key: "status", label: "Status", values: () => rows.map((row) => row.status), cell: statusCell },
  ...columns.map(fieldOf),
];
if (rows.some(({ ok, failing }) => ok + failing.length > 0)) {
  fields.splice(-1, 0, { key: "checks", label: "Checks", values: () => rows.map(badnessOf), cell: checksCell });
}
function instanceLink({ href, instance }) {
  return href ? make("a", { href }, instance) : make("span", {}, instance);
}
function instanceCell(i) {
  const { note } = rows[i];
  return make("th", { scope: "row" }, make("div", { class: "value" }, instanceLink(rows[i])), note ? make("small", {}, note) : "");
}
function statusMark({ status }) {
  const { kind, sign, label } = statuses[status];
  return make("span", { class: `state ${kind}` }, make("b", { "aria-hidden": "true" }, sign), ` ${label}`);
}
function statusCell(i) {
  const { reused, said } = rows[i];
  const cell = make("td", { class: "stated" }, statusMark(rows[i]));
  if (reused) cell.append(" ", make("small", {}, "reused"));
  if (said) cell.append(make("div", { class: "said", title: said }, said));
  return cell;
}
function checksCell(i) {
  const { ok, failing } = rows[i];
  const cell = make("div", { class: "checked" });
  if (ok > 0) cell.append(make("span", { class: "good" }, make("b", { "aria-hidden": "true" }, "✓"), ` ${ok} ok`));
  for (const [kind, name, message] of failing.slice(0, 2)) {
    const word = kind === "bad" ? "error" : "warning";
    cell.append(make("div", { class: kind, title: message }, make("b", { "aria-hidden": "true" }, kind === "bad" ? "✕" : "!"), ` ${name} `,
      make("span", { class: "quiet" }, word), message ? make("small", {}, message) : ""));
  }
  const more = failing.slice(2).map(([, name]) => name);
  if (more.length > 0) cell.append(make("small", { title: more.join("\n") }, `and ${more.length} more`));
  return make("td", {}, cell);
}

/* What is shown, and in which order. */
let haystacks;
function haystackOf(row, i) {
  const { label } = statuses[row.status];
  const parts = [row.instance, label, row.said, row.note, row.reused && "reused", ...row.failing.flat()];
  return [...parts, ...columns.map(({ texts }) => texts[i])].filter(Boolean).join("\n").toLowerCase();
}
function matching() {
  const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) haystacks ??= rows.map(haystackOf);
  const chosen = columns.filter(({ key }) => state.choices.has(key));
  return rows.map((_, i) => i).filter((i) => {
    if (state.statuses.size > 0 && !state.statuses.has(rows[i].status)) return false;
    if (state.reused && !rows[i].reused) return false;
    if (chosen.some(({ key, texts }) => texts[i] !== state.choices.get(key))) return false;
    return words.every((word) => haystacks[i].includes(word));
  });
}
function sorted(indexes) {
  const field = fields.find(({ key }) => key === state.sort);
  if (!field) return indexes;
  const values = field.sortValues ??= field.values();
  const sign = state.down ? -1 : 1;
  return indexes.sort((a, b) => {
    const [x, y] = [values[a], values[b]];
    // What is missing comes last in both directions.
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
    return sign * (x - y) || a - b;
  });
}

/* The state stands in the address, so that a link shows the same again. */
function writeAddress() {
  const query = new URLSearchParams();
  if (state.view !== "table") query.set("view", state.view);
  if (state.text) query.set("q", state.text);
  if (state.sort) query.set("sort", (state.down ? "-" : "") + state.sort);
  for (const status of state.statuses) query.append("status", statuses[status].label);
  if (state.reused) query.set("reused", "1");
  for (const [key, value] of state.choices) query.set(`f.${key}`, value);
  const text = query.toString();
  if (text === location.hash.slice(1)) return;
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}
function readAddress() {
  const query = new URLSearchParams(location.hash.slice(1));
  const sort = query.get("sort") ?? "";
  state.down = sort.startsWith("-");
  state.sort = fields.find(({ key }) => key === sort.replace(/^-/, ""))?.key ?? "";
  state.text = query.get("q") ?? "";
  state.view = views.some(({ key }) => key === query.get("view")) ? query.get("view") : "table";
  const labels = query.getAll("status");
  state.statuses = new Set(statuses.flatMap(({ label }, i) => labels.includes(label) ? [i] : []));
  state.reused = query.has("reused");
  state.choices = new Map(columns.filter(({ key, choices }) => choices?.includes(query.get(`f.${key}`)))
    .map(({ key }) => [key, query.get(`f.${key}`)]));
}

/* Filters. */
const search = make("input", {
  type: "search", id: "search", placeholder: `Filter ${counted.format(rows.length)} runs by any text`, "aria-label": "Filter by any text in a row", autocomplete: "off", spellcheck: "false",
  title: "Every word must occur somewhere in the row",
  input: () => change({ text: search.value }),
});
function chip(className, text, toggle) {
  return make("button", { type: "button", class: `chip ${className}`, "aria-pressed": "false", click: toggle }, ...text);
}
const chips = statuses.map(({ kind, sign, label, count }, i) =>
  chip(kind, [make("b", { "aria-hidden": "true" }, sign), ` ${label} `, make("span", {}, counted.format(count))], () => {
    if (!state.statuses.delete(i)) state.statuses.add(i);
    change({});
  })
);
const reusedCount = rows.filter(({ reused }) => reused).length;
const reusedChip = chip("idle", ["Reused ", make("span", {}, counted.format(reusedCount))], () => change({ reused: !state.reused }));
const selects = columns.filter(({ choices }) => choices).map(({ key, label, choices }) => {
  const select = make("select", {
    change: () => {
      if (select.value === "") state.choices.delete(key);
      else state.choices.set(key, choices[select.value]);
      change({});
    },
  }, make("option", { value: "" }, "all"), ...choices.map((text, i) => make("option", { value: i }, text === "" ? "(none)" : text)));
  return { key, choices, select, box: make("label", {}, make("span", {}, label), select) };
});
const found = make("p", { class: "found", role: "status" });
const hint = make("p", { class: "note" }, "The browser’s own search sees only the rows drawn so far; the filter sees all");
const clear = make("button", { type: "button", class: "plain", click: () => change({ text: "", statuses: new Set(), reused: false, choices: new Map() }) }, "Clear filters");

/* The table. */
const heads = fields.map(({ key, label, number, note }) => {
  const button = make("button", { type: "button", title: "Sort", click: () => sortBy(key) }, make("span", {}, label), make("i", { "aria-hidden": "true" }));
  return make("th", { scope: "col", class: number ? "num" : "", "data-key": key }, button, note ? make("small", {}, note) : "");
});
const body = make("tbody");
const moreRows = make("button", { type: "button", class: "more", click: () => extend() });
const grid = make("div", { class: "grid", tabindex: "0", role: "region", "aria-label": "Runs" },
  make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body), moreRows);
function sortBy(key) {
  if (state.sort !== key) change({ sort: key, down: false });
  else if (!state.down) change({ down: true });
  else change({ sort: "", down: false });
}

/* The gallery. */
const cards = make("div", { class: "cards" });
const moreCards = make("button", { type: "button", class: "more", click: () => extend() });
const size = make("input", { type: "range", min: "8", max: "48", value: "19", "aria-label": "Width of the pictures", input: () => gallery.style.setProperty("--card", size.value + "rem") });
const gallery = make("section", { class: "gallery" }, make("label", { class: "size" }, "Size ", size), cards, moreCards);
const varying = columns.filter(({ kind }) => kind === "step" || kind === "config");
let pictures;
function picturesOf(i) {
  const block = document.getElementById("pictures");
  if (block) pictures ??= JSON.parse(block.textContent);
  return pictures?.[i] ?? [];
}
function figure(picture, i, name) {
  if (picture === null) return make("span", { class: "none" }, `No ${name}`);
  const { src, href, themed } = picture;
  if (!src) return make("a", { href, class: "none" }, `${picture.name} is not in this page: open the file`);
  return make("a", { href, title: picture.name }, make("img", { class: themed ? "plot" : "paper", src, alt: `${picture.name} of ${rows[i].instance}`, loading: "lazy", decoding: "async" }));
}
function card(i) {
  const own = picturesOf(i);
  const config = varying.filter(({ texts }) => texts[i] !== "").map(({ label, texts }) => `${label} ${texts[i]}`).join(" · ");
  const { kind, sign, label } = statuses[rows[i].status];
  return make("article", { class: "card" },
    make("h3", {}, make("b", { class: kind, title: label }, sign), make("span", { class: "quiet" }, label), " ", instanceLink(rows[i])),
    config ? make("p", { class: "facts" }, config) : "",
    make("div", { class: "pair" }, ...data.thumbnails.map((name, n) => figure(own[n] ?? null, i, name))));
}

/* Views over the same runs. */
const chart = makeTimeline(data, (i) => shownSet.has(i));
const views = [
  { key: "table", label: "Table", box: grid, list: body, item: (i) => make("tr", {}, ...fields.map(({ cell }) => cell(i))), step: rowStep, more: moreRows, noun: "rows" },
  ...data.thumbnails.length > 0 ? [{ key: "gallery", label: "Gallery", box: gallery, list: cards, item: card, step: cardStep, more: moreCards, noun: "runs" }] : [],
  { key: "timeline", label: "Timeline", box: chart.box },
];
const tabs = views.map(({ key, label }) => make("button", { type: "button", "aria-pressed": "false", click: () => change({ view: key }) }, label));
let shown = [], shownSet = new Set(), drawn = 0;
function view() {
  return views.find(({ key }) => key === state.view);
}
function extend(limit = drawn + view().step) {
  const { list, item, more, step, noun } = view();
  list.append(...shown.slice(drawn, limit).map(item));
  drawn = Math.min(Math.max(limit, drawn), shown.length);
  const left = shown.length - drawn;
  more.hidden = left === 0;
  more.textContent = `Show ${counted.format(Math.min(step, left))} more of ${counted.format(left)} ${noun}`;
}
function change(changes) {
  Object.assign(state, changes);
  shown = sorted(matching());
  shownSet = new Set(shown);
  const { list, box } = view();
  for (const other of views) other.box.hidden = other.box !== box;
  drawn = 0;
  if (list) {
    list.replaceChildren();
    box.scrollTop = 0;
    extend();
  } else chart.draw();
  showState();
  writeAddress();
}
function showState() {
  if (search.value !== state.text) search.value = state.text;
  chips.forEach((button, i) => button.setAttribute("aria-pressed", String(state.statuses.has(i))));
  reusedChip.setAttribute("aria-pressed", String(state.reused));
  tabs.forEach((button, i) => button.setAttribute("aria-pressed", String(views[i].key === state.view)));
  for (const { key, choices, select } of selects) select.value = state.choices.has(key) ? String(choices.indexOf(state.choices.get(key))) : "";
  for (const head of heads) {
    if (head.dataset.key === state.sort) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  const all = counted.format(rows.length), some = counted.format(shown.length);
  found.textContent = shown.length === rows.length ? `${all} run${rows.length === 1 ? "" : "s"}` : `${some} of ${all} runs`;
  hint.hidden = state.view !== "table" || shown.length <= rowStep;
  clear.hidden = shown.length === rows.length && !state.text && state.statuses.size + state.choices.size === 0 && !state.reused;
}

if (app) {
  const picks = make("details", { class: "picks", open: selects.length <= 8 && innerWidth > 700 }, make("summary", {}, "Filter by value"), make("div", {}, ...selects.map(({ box }) => box)));
  app.append(
    make("div", { class: "bar-top" }, search, statuses.length > 1 || reusedCount > 0 ? make("div", { class: "chips" }, ...chips, reusedCount > 0 ? reusedChip : "") : ""),
    selects.length > 0 ? picks : "",
    make("div", { class: "bar-views" }, make("div", { class: "tabs" }, ...tabs), found, clear, hint),
    ...views.map(({ box }) => box));
  const reach = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) extend();
  }, { root: grid, rootMargin: "400px" });
  reach.observe(moreRows);
  readAddress();
  app.hidden = false;
  change({});
  // Pictures stand after this script, so that the table need not wait for them.
  if (state.view === "gallery") addEventListener("DOMContentLoaded", () => change({}));
  addEventListener("hashchange", () => { readAddress(); change({}); });
  addEventListener("beforeprint", () => { if (view().list) extend(printed); });
}
