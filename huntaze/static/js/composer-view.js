// What the page shows of the draft: tabs, chosen channels, counters, previews, the label that tells of AI.
import { count } from "./composer-count.js";
import { field, form } from "./composer-save.js";

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const all = (selector) => [...document.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);
const channels = all("[data-choose]").map((box) => box.value);
const labels = Object.fromEntries(all("[data-preview]").map((each) => [each.dataset.preview, each.dataset.label]));
let tab = "all";
let shown = "";

export const current = () => tab;
export const area = () => (tab !== "all" && isOwn(tab) ? field(`body-${tab}`) : field("body"));
const isOwn = (channel) => field(`own-${channel}`).checked;
const chosen = (channel) => one(`[data-choose="${channel}"]`).checked;
// Also asked of what is no channel.
const chosenSafely = (channel) => channels.includes(channel) && chosen(channel);
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

const showChannel = (channel) => {
  const label = labels[channel] ?? "";
  const off = field(`labelled-${channel}`) && !field(`labelled-${channel}`).checked;
  const text = labelled(own(channel, "body"), off ? "" : label);
  const counter = one(`[data-count="${channel}"]`);
  const used = count(text, counter.dataset.counting);
  counter.textContent = `${numbers.format(used)} / ${numbers.format(Number(counter.dataset.longest))}`;
  counter.toggleAttribute("data-over", used > Number(counter.dataset.longest));
  const preview = one(`[data-preview="${channel}"]`);
  const title = preview.querySelector("[data-preview-title]");
  if (title) title.textContent = own(channel, "title");
  const [visible, cut] = truncated(text, Number(preview.dataset.truncated));
  const place = preview.querySelector("[data-preview-text]");
  place.replaceChildren();
  for (const part of visible.split(/([#@][\p{L}\p{N}_.]+)/u)) {
    if (/^[#@]./.test(part)) {
      const mark = document.createElement("span");
      mark.className = "preview-tag";
      mark.textContent = part;
      place.append(mark);
    } else {
      place.append(part);
    }
  }
  if (cut) {
    const more = document.createElement("span");
    more.className = "preview-more";
    more.textContent = `… ${form.dataset.more}`;
    place.append(more);
  }
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
  if (tab !== "all" && !chosen(tab)) open("all");
  show(chosenSafely(shown) ? shown : (channels.find(chosen) ?? ""));
};

const show = (channel) => {
  shown = channel;
  for (const preview of all("[data-preview]")) preview.toggleAttribute("data-shown", preview.dataset.preview === channel);
  for (const button of all("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === channel));
  one(".preview-none").hidden = channel !== "";
};

export const open = (name) => {
  tab = name;
  for (const button of all("[data-tab]")) {
    const selected = button.dataset.tab === name;
    button.setAttribute("aria-selected", String(selected));
    button.tabIndex = selected ? 0 : -1;
  }
  for (const panel of all("[data-panel]")) panel.toggleAttribute("data-open", panel.dataset.panel === name);
  if (chosenSafely(name)) show(name);
};

// What only the server knows: labels and faults of each channel, and who wrote the text.
export const told = (answer) => {
  for (const [channel, { label, faults }] of Object.entries(answer.channels)) {
    labels[channel] = label;
    const list = one(`[data-faults="${channel}"]`);
    list.replaceChildren(
      ...faults.map(({ message, stops }) => {
        const item = document.createElement("li");
        item.textContent = message;
        item.toggleAttribute("data-stops", stops);
        return item;
      }),
    );
  }
  const origin = one("[data-origin]");
  origin.innerHTML = answer.origin_html;
  refresh();
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
    const box = event.target.closest("[data-own]");
    if (!box?.checked) return;
    // It begins with what all channels say.
    const text = field(`body-${box.dataset.own}`);
    if (!text.value) text.value = field("body").value;
    const title = field(`title-${box.dataset.own}`);
    if (title && !title.value) title.value = field("title").value;
    refresh();
    text.focus();
  });
  form.addEventListener("filled", refresh);
  refresh();
};
