// What the page shows of the draft: tabs, chosen channels, counters and limits, previews, the label that tells of AI.
import { count } from "./composer-count.js";
import { field, form } from "./composer-save.js";

const words = form.dataset;
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const all = (selector) => [...document.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);
const channels = all("[data-choose]").map((box) => box.value);
const labels = Object.fromEntries(all("[data-preview]").map((each) => [each.dataset.preview, each.dataset.label]));
let tab = "all";
let shown = "";

export const isOwn = (channel) => field(`own-${channel}`).checked;
export const chosen = (channel) => channels.includes(channel) && one(`[data-choose="${channel}"]`).checked;
export const nameOf = (channel) => one(`[data-preview="${channel}"]`).getAttribute("aria-label");

// Where a text is said: "" is the text that all channels share, a channel's name its own.
export const place = () => (tab === "all" ? "" : tab);
export const ownPlace = () => (tab !== "all" && isOwn(tab) ? tab : "");
export const area = (where = place()) => (where && isOwn(where) ? field(`body-${where}`) : field("body"));
const own = (channel, name) => (isOwn(channel) ? field(`${name}-${channel}`) : field(name))?.value ?? "";

const labelled = (text, label) => {
  if (!label || !text.trim()) return text;
  const body = text.trimEnd();
  const last = body.split("\n").pop().split(/\s+/).pop();
  return label.startsWith("#") && last.startsWith("#") ? `${body} ${label}` : `${body}\n\n${label}`;
};

const truncated = (text, most) => {
  if ([...text].length <= most) return [text, false];
  const cut = [...text].slice(0, most).join("");
  return [cut.replace(/\s+\S*$/, "").trimEnd() || cut, true];
};

const labelOf = (channel) => {
  const box = field(`labelled-${channel}`);
  return box && !box.checked ? "" : (labels[channel] ?? "");
};

// How long a text is on a channel, as it goes out, and how long it may be.
export const measure = (channel, body, label = labelOf(channel)) => {
  const { counting, longest } = one(`[data-count="${channel}"]`).dataset;
  return { text: labelled(body, label), used: count(labelled(body, label), counting), longest: Number(longest) };
};
export const figure = ({ used, longest }) => `${numbers.format(used)} / ${numbers.format(longest)}`;

const showLimit = (channel, measured) => {
  const over = measured.used - measured.longest;
  for (const counter of all(`[data-count="${channel}"], [data-used="${channel}"]`)) {
    counter.textContent = figure(measured);
    counter.toggleAttribute("data-over-limit", over > 0);
  }
  const mark = one(`[data-over="${channel}"]`);
  mark.hidden = over <= 0;
  mark.querySelector("[data-over-by]").textContent = `−${numbers.format(over)}`;
  const limit = one(`[data-limit="${channel}"]`);
  const text = limit.querySelector("[data-limit-text]");
  text.textContent = text.dataset.limitText.replace("[n]", numbers.format(over));
  // With the shared text, what is too long is told for those that share it.
  limit.hidden = over <= 0 || !chosen(channel) || (tab === "all" ? isOwn(channel) : tab !== channel);
};

const showText = (preview, text) => {
  const [visible, cut] = truncated(text, Number(preview.dataset.truncated));
  const inside = preview.querySelector("[data-preview-text]");
  inside.replaceChildren();
  for (const part of visible.split(/([#@][\p{L}\p{N}_.]+)/u)) {
    if (/^[#@]./.test(part)) {
      const mark = document.createElement("span");
      mark.className = "preview-tag";
      mark.textContent = part;
      inside.append(mark);
    } else {
      inside.append(part);
    }
  }
  if (cut) {
    const more = document.createElement("span");
    more.className = "preview-more";
    more.textContent = `… ${words.more}`;
    inside.append(more);
  }
};

const showChannel = (channel) => {
  const measured = measure(channel, own(channel, "body"));
  showLimit(channel, measured);
  const preview = one(`[data-preview="${channel}"]`);
  const title = preview.querySelector("[data-preview-title]");
  if (title) title.textContent = own(channel, "title");
  showText(preview, measured.text);
  const panel = one(`[data-panel="${channel}"]`);
  panel.querySelector("[data-mirror]").textContent = field("body").value;
  const mirrored = panel.querySelector("[data-mirror-title]");
  if (mirrored) mirrored.textContent = field("title").value;
};

// What the tools work on, and what is written anew.
const showScope = () => {
  const [from, to] = document.activeElement === area() ? [area().selectionStart, area().selectionEnd] : [0, 0];
  const only = place() ? words.onlyOn.replace("[channel]", nameOf(place())) : "";
  const scope = to > from ? words.part : only || words.whole;
  if (one("[data-scope]").textContent !== scope) one("[data-scope]").textContent = scope;
  const badge = one("[data-write-for]");
  badge.hidden = !ownPlace();
  badge.textContent = only;
};

export const refresh = () => {
  for (const channel of channels) {
    const on = chosen(channel);
    one(`[data-tab="${channel}"]`).hidden = !on;
    one(`[data-show="${channel}"]`).hidden = !on;
    one(`[data-count="${channel}"]`).hidden = !on;
    if (!on) one(`[data-faults="${channel}"]`).replaceChildren();
    one(`[data-dot="${channel}"]`).hidden = !isOwn(channel);
    one(`[data-panel="${channel}"]`).toggleAttribute("data-own-text", isOwn(channel));
    one(`[data-preview="${channel}"]`).toggleAttribute("data-chosen", on);
    showChannel(channel);
  }
  one("[data-audience]").hidden = !chosen("huntaze");
  if (tab !== "all" && !chosen(tab)) return open("all");
  show(chosen(shown) ? shown : (channels.find(chosen) ?? ""));
  showScope();
};

const show = (channel) => {
  shown = channel;
  for (const preview of all("[data-preview]")) preview.toggleAttribute("data-shown", preview.dataset.preview === channel);
  for (const button of all("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === channel));
  one(".preview-none").hidden = channel !== "";
};

// Of a strip of tabs that is wider than the page; the page itself stays where it is.
const inSight = (button) => {
  const strip = button.parentElement;
  const from = button.getBoundingClientRect();
  const frame = strip.getBoundingClientRect();
  if (from.left < frame.left) strip.scrollLeft -= frame.left - from.left + 16;
  else if (from.right > frame.right) strip.scrollLeft += from.right - frame.right + 16;
};

export const open = (name) => {
  tab = name;
  for (const button of all("[data-tab]")) {
    const selected = button.dataset.tab === name;
    button.setAttribute("aria-selected", String(selected));
    button.tabIndex = selected ? 0 : -1;
    if (selected) inSight(button);
  }
  for (const panel of all("[data-panel]")) panel.toggleAttribute("data-open", panel.dataset.panel === name);
  if (chosen(name)) shown = name;
  refresh();
};

// Lets a channel say a text of its own, which begins with what all channels say, and returns where it is typed.
export const customize = (channel) => {
  if (!isOwn(channel)) {
    field(`own-${channel}`).checked = true;
    field(`body-${channel}`).value = field("body").value;
    const title = field(`title-${channel}`);
    if (title) title.value = field("title").value;
  }
  return field(`body-${channel}`);
};

// What only the server knows: labels and faults of each channel, and who wrote what is said there.
export const told = (answer) => {
  for (const [channel, { label, faults, origin_html: origin }] of Object.entries(answer.channels)) {
    labels[channel] = label;
    one(`[data-faults="${channel}"]`).replaceChildren(
      ...faults.map(({ message, stops }) => {
        const item = document.createElement("li");
        item.textContent = message;
        item.toggleAttribute("data-stops", stops);
        return item;
      }),
    );
    one(`[data-origin="${channel}"]`).innerHTML = origin;
  }
  for (const [channel, html] of Object.entries(answer.standing)) one(`[data-standing="${channel}"]`).innerHTML = html;
  refresh();
};

const toast = (text, undo) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "info", undo } }));

const again = (box) => {
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
};

// Switched on, a channel's text is what it was there before, or begins with the shared one; switched off, it waits.
const switched = (box) => {
  const channel = box.dataset.own;
  const text = field(`body-${channel}`);
  if (!box.checked) {
    toast(words.sharedAgain.replace("[channel]", nameOf(channel)), () => again(box));
  } else if (!text.value) {
    box.checked = false;
    customize(channel);
  }
  refresh();
  inSight(one(`[data-tab="${channel}"]`));
  if (box.checked) text.focus();
};

const taken = (box) => {
  if (box.checked || !isOwn(box.value)) return;
  toast(words.takenOut.replace("[channel]", nameOf(box.value)), () => again(box));
};

export const start = () => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tab], [data-show]");
    if (!button) return;
    if (button.dataset.tab) open(button.dataset.tab);
    else show(button.dataset.show);
  });
  one(".draft-tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = all("[data-tab]").filter((each) => !each.hidden);
    const next = tabs[(tabs.findIndex((each) => each.dataset.tab === tab) + step + tabs.length) % tabs.length];
    event.preventDefault();
    open(next.dataset.tab);
    next.focus();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-own]")) switched(event.target);
    else if (event.target.matches("[data-choose]")) taken(event.target);
  });
  document.addEventListener("selectionchange", showScope);
  form.addEventListener("filled", refresh);
  refresh();
};
